package lint

import "strings"

// The rules. A number is never used again for something else.
const (
	deadLine        = "RF001"
	openToWrite     = "RF002"
	openSecret      = "RF003"
	layoutAlone     = "RF004"
	conflict        = "RF005"
	expiresSoon     = "RF006"
	cannotHold      = "RF007"
	noAccess        = "RF008"
	exactInDocroot  = "RF009"
	aboveCeiling    = "RF010"
	leavingTarget   = "RF011"
	unfitVariable   = "RF012"
	badSuppression  = "RF013"
	invalid         = "RF100"
	expired         = "RF101"
	suppressionWord = "rightful:ignore"
)

// Rule is one kind of finding.
type Rule struct {
	ID       string
	Severity Severity
	Title    string
	// Help is what the rule finds, why that hurts on a host that many share, the
	// way out, and how to say that it is meant; a paragraph each.
	Help string

	// waits is true for rules that depend on the day, or on the host: a comment
	// that takes such a finding back may have to wait for it.
	waits bool
	// firm is true for what no comment takes back.
	firm bool
}

// Lookup finds a rule by its number.
func Lookup(id string) (Rule, bool) {
	for _, r := range Rules() {
		if strings.EqualFold(r.ID, id) {
			return r, true
		}
	}
	return Rule{}, false
}

// Text is the rule as a page for a person.
func (r Rule) Text() string {
	page := r.ID + ": " + r.Title + " (" + r.Severity.String() + ")\n\n" + r.Help + "\n\n"
	if r.firm {
		return page + "No comment takes this back.\n"
	}
	return page + "Where it is meant, say so, with the reason, at the end of the line or on the line above:\n\n" +
		"    # " + suppressionWord + " " + r.ID + " why this is right here\n"
}
