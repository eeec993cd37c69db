package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"rightful/apply"
	"rightful/internal/fsys"
	"rightful/internal/snapshot"
	"rightful/plan"
)

// hints are the ways out that the command line has; libraries know none.
func hints(err error) []string {
	var (
		limit     *plan.LimitError
		approval  *plan.ApprovalError
		selection *plan.SelectionError
		prefix    *plan.PrefixError
		needs     *plan.NeedsError
		split     *plan.SplitError
		moved     *apply.MovedError
		host      *apply.HostError
		locked    *apply.LockedError
		unsafe    *fsys.UnsafeError
		git       *GitError
		recorded  *plan.SnapshotError
		homeless  *MissingHomesError
		unasked   *snapshot.NotRecordedError
		users     *snapshot.NoUsersError
	)
	switch {
	case errors.As(err, &recorded):
		return []string{"make a new plan on the host itself, with the same policy"}
	case errors.As(err, &homeless), errors.As(err, &unasked):
		return []string{"take the snapshot once more, with this policy; -account plans for a part"}
	case errors.As(err, &users):
		return []string{"-passwd FILE -group FILE, copied from the host; -manifest-root DIR if the manifest is not of the host's root"}
	case errors.As(err, &unsafe):
		return []string{"root believes files of his own, or of the user who called sudo, in folders that nobody else can write"}
	case errors.As(err, &git):
		return []string{"git show REV:PATH > old.yaml, as the repository's owner, and -compare old.yaml do the same"}
	case errors.As(err, &limit):
		return limitHints(limit)
	case errors.As(err, &approval):
		return []string{"rightful show FILE, then rightful approve -all FILE or a part of it"}
	case errors.As(err, &selection) && selection.Held:
		return []string{"rightful show FILE says why; what a limit holds can be approved with -override and -reason"}
	case errors.As(err, &selection):
		return []string{"rightful show FILE lists what can be approved; no step of a held account can"}
	case errors.As(err, &prefix):
		return []string{"rightful show -full FILE has the ids"}
	case errors.As(err, &needs):
		return []string{"approve both, or neither"}
	case errors.As(err, &split):
		return []string{"approve the whole account (-account), or leave it out (-except-account)"}
	case errors.As(err, &moved), errors.As(err, &host), errors.Is(err, errCeiling):
		return []string{"make a new plan on this host as it is now"}
	case errors.As(err, &locked):
		return []string{"wait for that run to end, then apply again"}
	case errors.Is(err, syscall.ENOSPC) && errors.As(err, new(*fs.PathError)):
		return []string{"nothing was saved; TMPDIR (now " + os.TempDir() + ") says where a plan is put together"}
	}
	return nil
}

func limitHints(e *plan.LimitError) []string {
	smaller := "approve a smaller part (-account, -group, -class), or change the limits where they stand"
	if slices.ContainsFunc(e.Verdicts, overCeiling) {
		return []string{smaller}
	}
	return []string{smaller, "or allow exactly this much: rightful approve " + overridesFor(e) + " -reason WHY"}
}

// overCeiling is true for what no override can allow.
func overCeiling(v plan.Verdict) bool {
	if v.Limit.Ceiling == nil {
		return false
	}
	top, unlimited := v.Limit.Ceiling.Allowed(v.Base)
	return !unlimited && v.Used > top
}

// overridesFor is what would allow as much as was asked for, quoted for a shell.
func overridesFor(e *plan.LimitError) string {
	var flags []string
	for _, v := range e.Verdicts {
		flags = append(flags, shellQuote(fmt.Sprintf("-override=%s=%d", v.Name(), v.Used)))
	}
	return strings.Join(flags, " ")
}

// shellQuote leaves alone what a shell does, and makes one word of the rest.
func shellQuote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
