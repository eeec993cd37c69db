// Bench measures rightful beside other programs, on trees that it builds:
//
//	go run ./internal/bench
//
// What is compared are whole processes. Before each of them the bare walk runs,
// which looks at every entry and does nothing else (bare.c), and what counts is
// how many times as long as that they take: whatever else the machine does hits
// both, and the ratio is nearly the same from machine to machine. The programs
// take turns, for -runs rounds, and the medians are shown.
//
// Everything stays below one scratch folder, which is removed in the end. As
// root the accounts have users of their own, and owners are changed too; an
// ordinary user owns everything, and only modes are changed.
//
// tree.go, wordpress.go and host.go are what is measured on, phases.go what is
// measured, bench.go, round.go and process.go how; the other files show it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
