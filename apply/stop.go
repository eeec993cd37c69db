package apply

import "fmt"

// NotRunningError means that there is no run to stop.
type NotRunningError struct {
	Root string
	Why  string
}

func (e *NotRunningError) Error() string {
	return fmt.Sprintf("no run to stop below %s: %s", e.Root, e.Why)
}
