package cli

import (
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/urfave/cli/v3"
)

// profileFlags tell where a command spends its time and its memory. They are
// for who works on this program, so no page of help has them.
func (a *app) profileFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "cpuprofile", Usage: "write a CPU profile to `FILE`, for go tool pprof", Hidden: true,
			Action: func(_ context.Context, _ *cli.Command, path string) error { return a.profileCPU(path) },
		},
		&cli.StringFlag{
			Name: "memprofile", Usage: "write a profile of all allocations to `FILE`, for go tool pprof", Hidden: true,
			Action: func(_ context.Context, _ *cli.Command, path string) error { return a.profileMemory(path) },
		},
	}
}

func (a *app) profileCPU(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	a.profiles = append(a.profiles, func() error {
		pprof.StopCPUProfile()
		return f.Close()
	})
	return pprof.StartCPUProfile(f)
}

func (a *app) profileMemory(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	a.profiles = append(a.profiles, func() error {
		runtime.GC() // what is still in use is known after one
		return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
	})
	return nil
}

// endProfiles writes what has been measured, however the command ended.
func (a *app) endProfiles() error {
	var errs []error
	for _, end := range a.profiles {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}
