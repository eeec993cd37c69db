package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/reconcile"
)

func (a *app) explainCommand() *cli.Command {
	return &cli.Command{
		Name: "explain", Usage: "why is a path as it is, and who can reach it", ArgsUsage: "PATH",
		Description: "Says which lines of the policy decide about PATH, and, for the user that -as names, every directory\n" +
			"on the way and what lets him through or stops him. PATH is below -root.",
		OnUsageError: usageError,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "as", Usage: "answer for the host's user `NAME`, with his groups"},
			&cli.StringFlag{Name: "want", Value: "read", Usage: "what he wants: read, write, execute, list or search, joined by commas"},
			&cli.BoolFlag{Name: "json", Usage: "print the answer as JSON"},
			rootFlag(),
		}, policyFlags()),
		Action: a.explain,
	}
}

// explanation is the answer, as -json prints it.
type explanation struct {
	Path   string     `json:"path"`
	State  *statement `json:"state"` // null where nothing stands there
	Policy *said      `json:"policy,omitempty"`
	// NoPolicy is why there is none to speak of.
	NoPolicy string `json:"no_policy,omitempty"`
	Access   *reach `json:"access,omitempty"`
}

type statement struct {
	Type  string `json:"type"`
	Owner string `json:"owner"`
	Group string `json:"group"`
	UID   uint32 `json:"uid"`
	GID   uint32 `json:"gid"`
	Mode  string `json:"mode"`
}

type said struct {
	Account   string `json:"account"`
	Profile   string `json:"profile"`
	Held      string `json:"held,omitempty"`
	Unmanaged string `json:"unmanaged,omitempty"`
	Wants     []want `json:"wants"`
	Verdict   string `json:"verdict,omitempty"`
}

type want struct {
	What string `json:"what"`
	Want string `json:"want"`
	Line string `json:"line"`
}

type reach struct {
	As      string   `json:"as"`
	Want    string   `json:"want"`
	Answer  string   `json:"answer"` // allowed, denied, cannot tell, or what is in the way
	Stopped string   `json:"stopped,omitempty"`
	Way     []passed `json:"way"`
	Blind   []string `json:"cannot_see"`
}

type passed struct {
	Path string `json:"path"`
	statement
	Search string `json:"search"`
}

func (a *app) explain(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usagef("explain takes one PATH")
	}
	want, err := parseWant(c.String("want"))
	if err != nil {
		return err
	}
	h, err := openHost(c)
	if err != nil {
		return err
	}
	defer h.Close()
	abs := filepath.Clean("/" + c.Args().First())
	if h.path == "/" {
		if abs, err = filepath.Abs(c.Args().First()); err != nil {
			return err
		}
	}
	e := &explanation{Path: abs}
	state, lookErr := h.root.Lookup(abs)
	if lookErr == nil {
		e.State = h.statement(&state)
		err = e.askPolicy(c, h, &state)
	} else {
		err = e.askPolicy(c, h, nil)
	}
	if err == nil && c.String("as") != "" {
		err = e.askAccess(h, c.String("as"), c.String("want"), want)
	}
	if err != nil {
		return err
	}
	if c.Bool("json") {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(e)
	}
	return a.writeExplanation(e)
}

// parseWant takes the words of access expectations.
func parseWant(text string) (access.Want, error) {
	words := map[string]access.Want{
		"read": access.Read, "write": access.Write, "execute": access.Execute, "list": access.List, "search": access.Search,
	}
	var want access.Want
	for word := range strings.SplitSeq(text, ",") {
		bit, ok := words[word]
		if !ok {
			return 0, usagef("-want %s: read, write, execute, list or search", plan.Quote(word))
		}
		want |= bit
	}
	return want, nil
}

func (h *host) statement(s *plan.State) *statement {
	out := &statement{Type: s.Type.String(), UID: s.UID, GID: s.GID, Mode: s.Mode.String()}
	out.Owner, out.Group = fmt.Sprint(s.UID), fmt.Sprint(s.GID)
	if u, ok, err := h.users.UserByID(s.UID); ok && err == nil {
		out.Owner = plan.Quote(u.Name)
	}
	if g, ok, err := h.users.GroupByID(s.GID); ok && err == nil {
		out.Group = plan.Quote(g.Name)
	}
	return out
}

// askPolicy asks the policy, if there is one; without, access can still be
// explained.
func (e *explanation) askPolicy(c *cli.Command, h *host, state *plan.State) error {
	p, err := loadPolicy(c)
	if errors.Is(err, errNoPolicy) {
		e.NoPolicy = "no policy was named, and none stands where one is looked for"
		return nil
	}
	if err != nil {
		return err
	}
	options, err := newOptions(h, p)
	if err != nil {
		return err
	}
	x, err := reconcile.Explain(options, e.Path, state)
	if errors.Is(err, reconcile.ErrNoAccount) {
		e.NoPolicy = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	e.Policy = &said{Account: x.Account, Profile: x.Profile, Unmanaged: x.Unmanaged, Verdict: x.Verdict, Wants: []want{}}
	for _, held := range x.Held {
		e.Policy.Held = held.Reason + ": " + held.Message
	}
	for _, s := range x.Says {
		e.Policy.Wants = append(e.Policy.Wants, want{string(s.Attribute), s.Want, s.Line})
	}
	return nil
}

// askAccess goes the way that the user would go.
func (e *explanation) askAccess(h *host, name, words string, want access.Want) error {
	u, ok, err := h.users.User(name)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("-as %s: the host has no such user", plan.Quote(name))
	}
	groups, err := h.users.Memberships(u)
	if err != nil {
		return err
	}
	id := access.Identity{UID: u.UID, GID: u.GID, Groups: groups}
	route := access.Walk(h.root.Lookup, &id, e.Path, true)
	e.Access = &reach{As: name, Want: words, Blind: access.Blind(), Way: []passed{}}
	for _, dir := range route.Dirs {
		e.Access.Way = append(e.Access.Way, passed{dir.Path, *h.statement(&dir.State), dir.Verdict.String()})
	}
	if route.Fault != nil {
		e.Access.Answer, e.Access.Stopped = route.Fault.Cause.String(), route.Fault.Path
		return nil
	}
	v := access.Check(&id, &route.End.State, want)
	e.Access.Answer = v.Answer.String() + ": " + v.String()
	if v.Answer != access.Allowed {
		e.Access.Stopped = route.End.Path
	}
	return nil
}
