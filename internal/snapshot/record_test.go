package snapshot

import (
	"reflect"
	"testing"
	"unicode"
)

// What decodes is what its encoding decodes to, and that is one line of ASCII.
func FuzzComment(f *testing.F) {
	for _, seed := range []string{
		`{"snapshot":{"version":1,"taken":"2026-11-23T00:00:00Z","tool":"x","host":"web7","machine_id":"","root":"/","caller":0}}`,
		`{"snapshot":{"version":2}}`, `{"home":"/home/a\\377"}`, `{"missing":"/x"}`, `{"index":[{"home":"/h","at":7}]}`,
		`{"text":{"of":"users","part":"a:x:1:1::/:\\012"}}`, `{"people":{"asked":1}}`, `{"end":{"entries":1,"sha256":""}}`,
		`{"mark":{"path":"/x","there":true}}`, `{"file":{"path":"/x","size":1,"sha256":""}}`,
		"{\"text\":{\"of\":\"\x8a\"}}", `{"end":{"entries":1,"sha256":"\u00e9"}}`,
		`{}`, `{"home":"/a"}{}`, `{"home":"a\\9"}`, `{"home":null}`, `{"home":"/a","missing":"/a"}`, `[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decode(data)
		if err != nil {
			return
		}
		line, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range line {
			if c > unicode.MaxASCII || c < ' ' || c == 0x7f {
				t.Fatalf("%q", line)
			}
		}
		again, err := decode([]byte(line))
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Fatalf("%s: %v", line, err)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("a\\b\n\xff\x7f\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		data, err := text(s).MarshalText()
		var back text
		if err != nil || back.UnmarshalText(data) != nil || string(back) != s {
			t.Fatalf("%q: %q", s, back)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	for data, want := range map[string]string{
		`{"snapshot":{"version":7,"news":1}}`: "snapshot of version 7; only version 1 can be read",
		`{}`:                                  "comment: 0 things in one",
		`{"home":"/a","missing":"/b"}`:        "comment: 2 things in one",
		`{"home":"/a"} {}`:                    "comment: more than one value",
		`{"text":{"of":"news"}}`:              "comment: text of news",
		`{"end":{"sha256":"xy"}}`:             "comment: sha256: encoding/hex: invalid byte: U+0078 'x'",
		`{"news":1}`:                          `comment: json: unknown field "news"`,
	} {
		if _, err := decode([]byte(data)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, not %s", data, err, want)
		}
	}
}
