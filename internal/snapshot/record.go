package snapshot

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"time"

	"rightful/plan"
)

// Version is that of the comments.
const Version = 1

// prefix is what our comments begin with.
const prefix = "rightful"

// Header says where, when and by what a snapshot was taken.
type Header struct {
	Taken time.Time // UTC
	Tool  string    // the version that wrote it
	Host  plan.Host
	Root  string // absolute; "/" unless -root was given
	// Caller is the uid of who looked: what is his is as good as root's.
	Caller     uint32
	Anonymized bool // most names below the homes are not the host's
}

// record is one comment. Exactly one of its fields is set.
type record struct {
	Header  *header    `json:"snapshot,omitempty"`
	Mark    *mark      `json:"mark,omitempty"`
	File    *file      `json:"file,omitempty"`
	Home    *text      `json:"home,omitempty"`
	Missing *text      `json:"missing,omitempty"`
	Unseen  *text      `json:"unseen,omitempty"`
	Closed  *text      `json:"closed,omitempty"`
	Barred  *text      `json:"barred,omitempty"`
	Text    *part      `json:"text,omitempty"`
	People  *people    `json:"people,omitempty"`
	Index   *[]section `json:"index,omitempty"`
	End     *end       `json:"end,omitempty"`
}

type header struct {
	Version    int       `json:"version"`
	Taken      time.Time `json:"taken"`
	Tool       text      `json:"tool"`
	Host       text      `json:"host"`
	MachineID  text      `json:"machine_id"`
	Root       text      `json:"root"`
	Caller     uint32    `json:"caller"`
	Anonymized bool      `json:"anonymized,omitempty"`
}

// mark is whether something stands at a path that skip_when names.
type mark struct {
	Path  text `json:"path"`
	There bool `json:"there"`
}

// file is one that from: names.
type file struct {
	Path   text   `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// part is a piece of a longer text; pieces stand in order.
type part struct {
	Of   string `json:"of"`
	Text text   `json:"part"`
}

// The texts. Those of the passwd file alone are left out where the host has no
// other source.
const (
	ofLimits      = "limits"      // the host's ceiling
	ofUsers       = "users"       // passwd(5), whatever its source
	ofGroups      = "groups"      // group(5), likewise
	ofMemberships = "memberships" // user:gid,gid
	ofPasswd      = "passwd"      // the passwd file alone
)

// people is what has to be known of the texts of users.
type people struct {
	Asked    int  `json:"asked,omitempty"` // see userdb.Record
	Unlisted bool `json:"unlisted,omitempty"`
	// File means that there is a text of the passwd file alone.
	File bool `json:"file,omitempty"`
}

// section is where a home begins: bytes of the file as it is stored.
type section struct {
	Home text  `json:"home"`
	At   int64 `json:"at"`
}

type end struct {
	Entries int64  `json:"entries"`
	SHA256  string `json:"sha256"` // of all lines before
}

func (r *record) encode() (string, error) {
	data, err := json.Marshal(r)
	return string(data), err
}

// decode takes a comment of this version, and nothing else.
func decode(data []byte) (*record, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var r record
	if err := d.Decode(&r); err != nil {
		if version := versionOf(data); version != 0 && version != Version {
			return nil, fmt.Errorf("snapshot of version %d; only version %d can be read", version, Version)
		}
		return nil, fmt.Errorf("comment: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("comment: more than one value")
	}
	set := 0
	for _, field := range reflect.ValueOf(r).Fields() {
		if !field.IsNil() {
			set++
		}
	}
	if set != 1 {
		return nil, fmt.Errorf("comment: %d things in one", set)
	}
	if h := r.Header; h != nil && h.Version != Version {
		return nil, fmt.Errorf("snapshot of version %d; only version %d can be read", h.Version, Version)
	}
	return &r, r.check()
}

// check refuses words that no snapshot has.
func (r *record) check() error {
	sum := ""
	switch {
	case r.Text != nil:
		switch r.Text.Of {
		case ofLimits, ofUsers, ofGroups, ofMemberships, ofPasswd:
			return nil
		}
		return fmt.Errorf("comment: text of %s", plan.Quote(r.Text.Of))
	case r.File != nil:
		sum = r.File.SHA256
	case r.End != nil:
		sum = r.End.SHA256
	}
	if _, err := hex.DecodeString(sum); err != nil {
		return fmt.Errorf("comment: sha256: %w", err)
	}
	return nil
}

// versionOf is that of a header which has more, or less, than this version's.
func versionOf(data []byte) int {
	var r struct {
		Snapshot struct{ Version int }
	}
	_ = json.Unmarshal(data, &r) // what is no header has no version
	return r.Snapshot.Version
}
