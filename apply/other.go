//go:build !linux

package apply

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rightful/internal/fsys"
	"rightful/plan"
)

var errLinux = fmt.Errorf("apply needs Linux: %w", errors.ErrUnsupported)

// Run needs Linux: without O_PATH there is no change that cannot be led astray.
func Run(context.Context, Options) (*Report, error) { return nil, errLinux }

// Holder needs Linux.
func Holder(lockDir, root string) (*LockHolder, error) { return nil, errLinux }

// Undo needs Linux.
func Undo(context.Context, io.Writer, UndoOptions) (*plan.Plan, error) { return nil, errLinux }

// Quarantine needs Linux.
func Quarantine(string, fsys.Trust) ([]Quarantined, error) { return nil, errLinux }

// Purge needs Linux.
func Purge(PurgeOptions) ([]Quarantined, error) { return nil, errLinux }

// Stop needs Linux.
func Stop(lockDir, root string) (*LockHolder, error) { return nil, errLinux }
