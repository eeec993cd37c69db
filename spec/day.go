package spec

import (
	"fmt"
	"time"
)

// Day is a day of the calendar, wherever the host stands.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, fmt.Errorf("%s is not a day; write YYYY-MM-DD", show(text))
	}
	return DayOf(t), nil
}

// DayOf is the day that t shows in its own time zone.
func DayOf(t time.Time) Day {
	year, month, day := t.Date()
	return Day{year, month, day}
}

// Before reports whether d comes before other.
func (d Day) Before(other Day) bool { return d.ordinal() < other.ordinal() }

// After reports whether d comes after other.
func (d Day) After(other Day) bool { return other.Before(d) }

func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

func (d Day) ordinal() int { return (d.Year*13+int(d.Month))*32 + d.Day }
