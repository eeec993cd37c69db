package cli

import (
	"context"
	"io"

	"github.com/urfave/cli/v3"

	"rightful/spec"
)

func (a *app) schemaCommand() *cli.Command {
	return &cli.Command{
		Name: "schema", Usage: "print a JSON Schema of the policy language, for editors",
		Description: "Save it beside a policy, and begin the policy with the line\n\n" +
			"  # yaml-language-server: $schema=schema.json\n\n" +
			"Then editors complete and explain every key. It knows one file at a time, so that validate finds more.",
		OnUsageError: usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "ceiling", Usage: "the schema of a host's ceiling, /etc/rightful/limits.yaml, not of a policy"},
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			schema := spec.Schema()
			if c.Bool("ceiling") {
				schema = spec.CeilingSchema()
			}
			_, err := io.WriteString(a.out, schema)
			return err
		},
	}
}
