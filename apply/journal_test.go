package apply

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func frames(payloads ...string) []byte {
	var data []byte
	for i, p := range payloads {
		data = appendFrame(data, uint64(i+1), []byte(p))
	}
	return data
}

const (
	beginJSON   = `{"run_begin":{"version":1,"id":"R","started":"2026-11-22T23:15:00Z","by":"root","pid":7,"root":"/","plan":"sha256:p","file":"sha256:f"}}`
	intentJSON  = `{"intent":{"account":"alice","steps":[[0,9],[12,12]]}}`
	resultsJSON = `{"results":{"account":"alice","results":[{"steps":[0,8],"result":"done"},{"steps":[9,9],"result":"failed","reason":"no"}]}}`
	endJSON     = `{"run_end":{"finished":"2026-11-22T23:16:00Z","results":{"done":9,"failed":1}}}`
)

// TestFrame holds the bytes against the format's description.
func TestFrame(t *testing.T) {
	sum := bitwise([]byte("\x01\x00\x00\x00\x00\x00\x00\x00{}"))
	want := []byte{2, 0, 0, 0, byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24), 1, 0, 0, 0, 0, 0, 0, 0, '{', '}'}
	if got := frames("{}"); !bytes.Equal(got, want) {
		t.Errorf("frame is % x, want % x", got, want)
	}
	if got := bitwise([]byte("123456789")); got != 0xe3069283 { // RFC 3720's check value
		t.Errorf("the oracle says %x", got)
	}
}

// bitwise is CRC-32C as RFC 3720 defines it.
func bitwise(data []byte) uint32 {
	sum := ^uint32(0)
	for _, b := range data {
		sum ^= uint32(b)
		for range 8 {
			sum = sum>>1 ^ 0x82f63b78*(sum&1)
		}
	}
	return ^sum
}

func TestReadJournal(t *testing.T) {
	whole := frames(beginJSON, intentJSON, resultsJSON, endJSON)
	started := frames(beginJSON, intentJSON)
	tests := []struct {
		name        string
		data        []byte
		interrupted bool
		torn        int64
		damage      string
	}{
		{"whole", whole, false, 0, ""},
		{"empty", nil, true, 0, ""},
		{"no end", started, true, 0, ""},
		{"cut in the head", append(started[:len(started):len(started)], 9, 0, 0), true, 3, ""},
		{"cut in the body", whole[:len(whole)-5], true, int64(len(frames(beginJSON, intentJSON, resultsJSON, endJSON)) - 5 - len(frames(beginJSON, intentJSON, resultsJSON))), ""},
		{"NUL tail", append(started[:len(started):len(started)], make([]byte, 4096)...), true, 4096, ""},
		{"flipped bit in the last", flip(whole, len(whole)-3), true, int64(len(whole) - len(frames(beginJSON, intentJSON, resultsJSON))), ""},
		{"flipped bit in the middle", flip(whole, len(started)-3), true, 0, "an intact record follows"},
		{"flipped length in the middle", flip(whole, len(frames(beginJSON))+1), true, 0, "an intact record follows"},
		{"a record is missing", append(frames(beginJSON), appendFrame(nil, 3, []byte(endJSON))...), true, 0, "an intact record follows"},
		{"huge length", append(started[:len(started):len(started)], 255, 255, 255, 255, 1, 2, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0), true, 16, ""},
		{"no begin", frames(intentJSON), true, 0, "run_begin"},
		{"two begins", frames(beginJSON, beginJSON), true, 0, "run_begin"},
		{"after the end", frames(beginJSON, endJSON, intentJSON), true, 0, "after run_end"},
		{"unknown version", frames(strings.Replace(beginJSON, `:1,`, `:2,`, 1)), true, 0, "version 2"},
		{"unknown kind", frames(beginJSON, `{"runend":{}}`), true, 0, "unknown field"},
		{"two kinds", frames(beginJSON, intentJSON[:len(intentJSON)-1]+","+endJSON[1:]), true, 0, "2 kinds"},
		{"unknown result", frames(beginJSON, `{"results":{"account":"a","results":[{"steps":[0,1],"result":"fine"}]}}`), true, 0, "no such result"},
		{"no result", frames(beginJSON, `{"results":{"account":"a","results":[{"steps":[0,1]}]}}`), true, 0, "without a result"},
		{"backward steps", frames(beginJSON, `{"intent":{"account":"a","steps":[[9,1]]}}`), true, 0, "not in order"},
		{"negative steps", frames(beginJSON, `{"intent":{"account":"a","steps":[[-9,1]]}}`), true, 0, "not in order"},
		{"steps twice", frames(beginJSON, `{"intent":{"account":"a","steps":[[0,3],[3,4]]}}`), true, 0, "not in order"},
		{"countless steps", frames(beginJSON, `{"intent":{"account":"a","steps":[[0,9223372036854775807]]}}`), true, 0, "not in order"},
		{"negative counts", frames(beginJSON, `{"run_end":{"finished":"2026-11-22T23:16:00Z","results":{"done":-1}}}`), true, 0, "-1 steps"},
		{"more behind the value", frames(beginJSON + "{}"), true, 0, "more than one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j, err := parseJournal(tt.data)
			var damage *DamageError
			if errors.As(err, &damage) != (tt.damage != "") || tt.damage != "" && !strings.Contains(err.Error(), tt.damage) {
				t.Fatalf("error %v, want %q", err, tt.damage)
			}
			if err == nil && (j.Torn != tt.torn || j.Run.Interrupted != tt.interrupted) {
				t.Errorf("torn %d, interrupted %v", j.Torn, j.Run.Interrupted)
			}
		})
	}
}

func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 0x10
	return data
}

func TestJournalResults(t *testing.T) {
	j, err := parseJournal(frames(beginJSON, intentJSON, resultsJSON, endJSON))
	if err != nil {
		t.Fatal(err)
	}
	interrupted, err := parseJournal(frames(beginJSON, intentJSON, resultsJSON))
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range map[int64]struct {
		result                 Result
		unsettled, interrupted bool
	}{0: {Done, false, true}, 8: {Done, false, true}, 9: {Failed, true, true}, 10: {0, false, false}, 12: {0, false, true}, 13: {0, false, false}} {
		if r, _ := j.Result(step); r != want.result {
			t.Errorf("step %d: %v, want %v", step, r, want.result)
		}
		if j.Unsettled(step) != want.unsettled || interrupted.Unsettled(step) != want.interrupted {
			t.Errorf("step %d: unsettled %v, and when interrupted %v", step, j.Unsettled(step), interrupted.Unsettled(step))
		}
	}
}

func TestRepair(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, journalFile)
	good, torn := frames(beginJSON, intentJSON), []byte{1, 2, 3}
	if err := os.WriteFile(path, append(bytes.Clone(good), torn...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Repair(dir); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadFile(path)
	kept, _ := os.ReadFile(filepath.Join(dir, tornFile))
	if !bytes.Equal(left, good) || !bytes.Equal(kept, torn) {
		t.Errorf("left %d bytes, kept % x", len(left), kept)
	}
	bad := flip(frames(beginJSON, intentJSON), 20)
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Repair(dir); err == nil {
		t.Error("a damaged journal was repaired")
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
		t.Error("a damaged journal was changed")
	}
}

func TestHistory(t *testing.T) {
	state := t.TempDir()
	if runs, err := History(state); err != nil || len(runs) != 0 {
		t.Errorf("no runs: %v, %v", runs, err)
	}
	for _, id := range []string{"1", "2", "3", "4"} {
		dir := filepath.Join(state, "runs", id)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		begin := strings.Replace(beginJSON, "23:15", "23:1"+id, 1)
		data := frames(begin, intentJSON, endJSON)
		switch id {
		case "2":
			data = frames(begin, resultsJSON)
		case "3":
			data = frames(strings.Replace(begin, `"file"`, `"undoes":"1","file"`, 1), endJSON)
		case "4":
			data = flip(frames(begin, intentJSON, endJSON), 20)
		}
		if err := os.WriteFile(filepath.Join(dir, journalFile), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := History(state)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range runs {
		got = append(got, fmt.Sprintf("%s interrupted=%v done=%d undone_by=%s damaged=%v", r.ID, r.Interrupted, r.Results[Done], r.UndoneBy, r.Err != nil))
	}
	want := []string{
		"3 interrupted=false done=9 undone_by= damaged=false",
		"2 interrupted=true done=9 undone_by= damaged=false",
		"1 interrupted=false done=9 undone_by=3 damaged=false",
		"4 interrupted=true done=0 undone_by= damaged=true",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("history:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzJournal: whatever follows a good journal, it is read as far as it goes.
func FuzzJournal(f *testing.F) {
	prefix := frames(beginJSON, intentJSON, resultsJSON)
	f.Add([]byte{})
	f.Add(make([]byte, 100))
	f.Add(appendFrame(nil, 4, []byte(endJSON)))
	f.Add(appendFrame([]byte("garbage"), 5, []byte(endJSON)))
	f.Add(prefix)
	f.Fuzz(func(t *testing.T, suffix []byte) {
		payloads, good, err := cutFrames(append(bytes.Clone(prefix), suffix...))
		if len(payloads) < 3 || good < len(prefix) || string(payloads[2]) != resultsJSON {
			t.Fatalf("%d records, %d bytes, %v", len(payloads), good, err)
		}
		j, _ := parseJournal(append(bytes.Clone(prefix), suffix...))
		if j.Run.ID != "R" {
			t.Fatalf("run %+v", j.Run)
		}
		if r, why := j.Result(9); r != Failed || why != "no" {
			if len(payloads) == 3 {
				t.Fatalf("step 9: %v %q", r, why)
			}
		}
		parseJournal(suffix)
	})
}

// TestTail cuts a journal at every byte: no prefix of it is ever damage.
func TestTail(t *testing.T) {
	whole := frames(beginJSON, intentJSON, resultsJSON, endJSON)
	for n := range len(whole) {
		if _, err := parseJournal(whole[:n]); err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	if j, err := parseJournal(whole); err != nil || !j.Run.Finished.Equal(time.Date(2026, 11, 22, 23, 16, 0, 0, time.UTC)) {
		t.Errorf("whole: %+v, %v", j, err)
	}
}
