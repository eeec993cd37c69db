// Rightful keeps hosting accounts' home directories the way their admin wrote
// them down: it compares a policy in YAML with the live filesystem, prints a
// plan, and carries out the steps of it that somebody approved, within limits.
//
//	rightful validate                 check the policy
//	rightful plan -out site.plan      compare, show, save
//	rightful approve -all site.plan   allow all of it, or a part
//	rightful apply site.plan          carry that out
//
// Every command explains itself: rightful help COMMAND. The packages, in the
// order in which data flows through them, are spec, reconcile, plan, apply.
package main

import (
	"os"

	"rightful/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr)) }
