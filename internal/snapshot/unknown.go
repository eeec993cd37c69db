package snapshot

import (
	"errors"

	"rightful/internal/recorded"
)

// isUnknown is true for what was not recorded.
func isUnknown(err error) bool {
	var unknown *recorded.UnknownError
	return errors.As(err, &unknown)
}
