package plan_test

import (
	"bytes"
	"errors"
	"testing"

	"rightful/plan"
)

func TestHostileNamesComeBack(t *testing.T) {
	p := open(t, small(t))
	var got []string
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		if s.Block.Dir == "public_html" {
			got = append(got, s.Entry.Name)
		}
	}
	for i, want := range hostileNames() {
		if got[i] != want {
			t.Errorf("%q came back as %q", want, got[i])
		}
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	file := small(t)
	for i := range file {
		for bit := range 8 {
			bad := bytes.Clone(file)
			bad[i] ^= 1 << bit
			if _, err := plan.Open(bytes.NewReader(bad)); err == nil {
				t.Errorf("byte %d of %d, bit %d: accepted", i, len(file), bit)
			}
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	file := small(t)
	for n := range file {
		if _, err := plan.Open(bytes.NewReader(file[:n])); err == nil {
			t.Errorf("the first %d of %d bytes: accepted", n, len(file))
		}
	}
	var bad *plan.FormatError
	if _, err := plan.Open(bytes.NewReader(append(file, 0))); !errors.As(err, &bad) {
		t.Errorf("a byte more: %v", err)
	}
}
