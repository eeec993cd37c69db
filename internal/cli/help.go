package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"rightful/plan"
)

const intro = `%s - %s

usage: rightful COMMAND [options] [arguments]

  rightful demo                     see it work, on a small host in a temporary folder
  rightful plan -out site.plan      compare the accounts with the policy, show, save
  rightful approve -all site.plan   allow all of it, or a part
  rightful apply site.plan          carry that out

`

func (a *app) helpCommand() *cli.Command {
	return &cli.Command{
		Name: "help", Aliases: []string{"h"}, Usage: "explain a command", ArgsUsage: "[COMMAND]",
		HideHelp: true, OnUsageError: usageError,
		Action: func(ctx context.Context, c *cli.Command) error {
			root := c.Root()
			if !c.Args().Present() {
				return cli.ShowRootCommandHelp(root)
			}
			if name := c.Args().First(); root.Command(name) == nil {
				return unknownCommand(root, name)
			}
			return cli.ShowCommandHelp(ctx, root, c.Args().First())
		},
	}
}

// unknownCommand names the nearest command, if it starts alike.
func unknownCommand(root *cli.Command, name string) error {
	if near := cli.SuggestCommand(root.VisibleCommands(), name); near != "" && near[0] == name[0] {
		return usagef("%s: no such command; did you mean %s?", plan.Quote(name), near)
	}
	return usagef("%s: no such command; rightful help lists them", plan.Quote(name))
}

// explain gives root, and its commands, their pages of help.
func explain(root *cli.Command) {
	for _, c := range root.Commands {
		explainCommand(c, root.VisibleFlags())
	}
	root.CustomRootCommandHelpTemplate = literal(rootPage(root))
}

func explainCommand(c *cli.Command, common []cli.Flag) {
	c.CustomHelpTemplate = literal(commandPage(c, common))
}

// literal is a template that gives text.
func literal(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }

func rootPage(root *cli.Command) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, intro, root.Name, root.Usage)
	table(b, "commands", func(line func(string, string)) {
		for _, c := range root.Commands {
			if !c.Hidden {
				line(c.Name, c.Usage)
			}
		}
		line("completion", completionUsage)
	})
	writeFlags(b, "options of every command; one dash or two, before or after arguments", root.VisibleFlags())
	b.WriteString(exitTable)
	return b.String()
}

func commandPage(c *cli.Command, common []cli.Flag) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "rightful %s - %s\n\nusage: rightful %s", c.Name, c.Usage, c.Name)
	if len(c.Flags) > 0 {
		b.WriteString(" [options]")
	}
	if c.ArgsUsage != "" {
		b.WriteString(" " + c.ArgsUsage)
	}
	b.WriteString("\n\n")
	if c.Description != "" {
		b.WriteString(strings.TrimSpace(c.Description) + "\n\n")
	}
	writeFlags(b, "options", c.Flags)
	writeFlags(b, "options of every command", common)
	return b.String()
}

func writeFlags(b *strings.Builder, title string, flags []cli.Flag) {
	if len(flags) == 0 {
		return
	}
	table(b, title, func(line func(string, string)) {
		for _, f := range flags {
			// The library's "--var K=V [ --var K=V ]\tusage".
			name, usage, _ := strings.Cut(f.String(), "\t")
			name, _, repeatable := strings.Cut(name, " [ ")
			if repeatable {
				usage += " (repeatable)"
			}
			line("-"+strings.TrimLeft(name, "-"), usage)
		}
	})
}

func table(b *strings.Builder, title string, fill func(line func(left, right string))) {
	fmt.Fprintf(b, "%s:\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fill(func(left, right string) { fmt.Fprintf(t, "  %s\t%s\n", left, right) })
	_ = t.Flush() // to memory
	b.WriteString("\n")
}
