//go:build !linux

package apply

import (
	"context"
	"errors"
	"fmt"
)

var errLinux = fmt.Errorf("apply needs Linux: %w", errors.ErrUnsupported)

// Run needs Linux: without O_PATH there is no change that cannot be led astray.
func Run(context.Context, Options) (*Report, error) { return nil, errLinux }

// Holder needs Linux.
func Holder(lockDir, root string) (*LockHolder, error) { return nil, errLinux }

// Clear needs Linux.
func Clear(root, lockDir, by string, homes []string) ([]string, error) { return nil, errLinux }
