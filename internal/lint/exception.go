package lint

import (
	"time"

	"rightful/spec"
)

// soon is how long before its end an exception is spoken of, in days: time for
// somebody to come back from a holiday.
const soon = 14

// expiring reports exceptions that will be errors in a few days.
func (c *checker) expiring() {
	for _, e := range c.policy.Exceptions {
		left := daysBetween(c.options.Day, e.Until)
		switch {
		case left < 0 || left > soon:
		case left == 0:
			c.report(expiresSoon, e.Pos, "the exception of %s ends today; from tomorrow on it is an error, and its paths are left alone", show(e.Account))
		case left == 1:
			c.report(expiresSoon, e.Pos, "the exception of %s ends tomorrow, %s", show(e.Account), e.Until)
		default:
			c.report(expiresSoon, e.Pos, "the exception of %s ends in %d days, on %s", show(e.Account), left, e.Until)
		}
	}
}

func daysBetween(from, to spec.Day) int {
	midnight := func(d spec.Day) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}
