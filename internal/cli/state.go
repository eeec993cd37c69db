package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"
)

const stateVariable = "RIGHTFUL_STATE_DIR"

func stateFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "state-dir", Sources: cli.EnvVars(stateVariable),
		Usage: "keep the record of runs in `DIR` (default: /var/lib/rightful, for an ordinary user below $XDG_STATE_HOME)",
	}
}

// stateDir is where runs are kept, file-hierarchy(7).
func stateDir(c *cli.Command) (string, error) {
	if dir := c.String("state-dir"); dir != "" {
		return filepath.Abs(dir)
	}
	if os.Geteuid() == 0 {
		return "/var/lib/rightful", nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "rightful"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no state folder: %w; name one with -state-dir", err)
	}
	return filepath.Join(home, ".local/state/rightful"), nil
}

// lockDir does not depend on the state folder, so that two runs with different
// ones still exclude each other.
func lockDir() string {
	if os.Geteuid() == 0 {
		return "/run/rightful"
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "rightful")
	}
	return fmt.Sprintf("/tmp/rightful-%d", os.Geteuid())
}
