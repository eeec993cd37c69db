package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const noIndirection = "anchors (&), aliases (*) and tags (!) are not used in policies; use vars or extends"

const maxFile = 1 << 20 // bytes; a thousand times what a policy needs

// parseYAML returns the root of the one document in f.
func parseYAML(f PolicyFile) (root *yaml.Node, failure *Error) {
	at := func(line, column int, format string, args ...any) *Error {
		return &Error{Pos{f.Name, line, column}, fmt.Sprintf(format, args...)}
	}
	// The parser is of 2022 and gets no repairs: should it panic on some file,
	// that file is not a policy.
	defer func() {
		if r := recover(); r != nil {
			root, failure = nil, at(1, 1, "the YAML parser gave up on this file: %v", r)
		}
	}()
	if len(f.Data) > maxFile {
		return nil, at(1, 1, "the file has %d bytes; a policy file may have %d: split it", len(f.Data), maxFile)
	}
	if !utf8.Valid(f.Data) {
		line, column := firstInvalid(f.Data)
		return nil, at(line, column, "the file is not UTF-8 here")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(f.Data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, at(1, 1, "the file is empty; begin it with rightful: 1")
	} else if err != nil {
		line, message := syntaxError(err)
		return nil, at(line, 1, "%s", message)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, at(max(second.Line, 1), max(second.Column, 1), "a second document begins here; make it a file of its own")
	} else if !errors.Is(err, io.EOF) {
		line, message := syntaxError(err)
		return nil, at(line, 1, "%s", message)
	}
	root = document.Content[0]
	if n := indirect(root); n != nil {
		return nil, at(n.Line, n.Column, noIndirection)
	}
	return root, nil
}

func firstInvalid(data []byte) (line, column int) {
	line, column = 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column
		case r == '\n':
			line, column = line+1, 1
		default:
			column++
		}
		data = data[size:]
	}
	return line, column
}

// syntaxError takes the line out of what yaml.v3 says; it knows no column. What
// its parser says, unlike its scanner, counts lines from 0.
func syntaxError(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	line = 1
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
		switch message {
		case "did not find expected key", "did not find expected '-' indicator", "did not find expected <document start>",
			"did not find expected node content", "did not find expected ',' or ']'", "did not find expected ',' or '}'":
			line++
		}
	}
	return max(line, 1), message + yamlHint(message)
}

// yamlHint adds what an admin is likely to have done.
func yamlHint(message string) string {
	switch message {
	case "found character that cannot start any token":
		return "; indent with spaces, not tabs, and quote text that begins with %, @ or a backtick"
	case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
		return "; within brackets or braces, quote text that has some itself, like \"${account}\""
	case "did not find expected alphabetic or numeric character":
		return "; quote text that begins with * or &"
	}
	return ""
}

// indirect returns the first node that stands for another one or that says how
// it wants to be read.
func indirect(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		return n
	}
	for _, child := range n.Content {
		if found := indirect(child); found != nil {
			return found
		}
	}
	return nil
}
