package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

const completionUsage = "print a completion script for bash, zsh, fish or pwsh"

// configureCompletion has the library's own command listed, which hides it,
// and explained like the others.
func (a *app) configureCompletion(c *cli.Command) {
	c.Hidden = false
	c.Usage = completionUsage
	c.ArgsUsage = "SHELL"
	c.OnUsageError = usageError
	c.Action = func(context.Context, *cli.Command) error {
		return usagef("completion takes one SHELL: bash, zsh, fish or pwsh")
	}
	explainCommand(c, a.logFlags())
}
