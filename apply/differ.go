package apply

import (
	"fmt"
	"strings"

	"rightful/plan"
)

// differences names what is not as it should be, "mode 0644, planned at 0600";
// relation stands between the two values.
func differences(have, want *plan.State, relation string) string {
	if have.Type != want.Type {
		return fmt.Sprintf("%v, %s %v", have.Type, relation, want.Type)
	}
	var all []string
	add := func(what string, have, want any) {
		if have != want {
			all = append(all, fmt.Sprintf("%s %v, %s %v", what, have, relation, want))
		}
	}
	add("owner", have.UID, want.UID)
	add("group", have.GID, want.GID)
	add("mode", have.Mode, want.Mode)
	add("names", have.Nlink, want.Nlink)
	if have.Target != want.Target {
		add("target", plan.Quote(have.Target), plan.Quote(want.Target))
	}
	if have.Flags != want.Flags {
		all = append(all, "immutable or append-only flag changed")
	}
	if have.Access != want.Access || have.Default != want.Default {
		all = append(all, "ACL changed")
	}
	return strings.Join(all, "; ")
}
