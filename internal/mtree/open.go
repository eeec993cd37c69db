package mtree

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// window is how much of what it has written a zstd stream may have remembered:
// 128 MiB, as much as zstd(1) takes unasked. gzip has 32 KiB.
const window = 128 << 20

// Open reads a manifest that is compressed with zstd or gzip, or is not. The
// memory that it needs is bounded, the length of what comes out is not. Closing
// it does not close r.
func Open(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReader(r)
	magic, err := in.Peek(4)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		return z, nil
	case isZstd(magic):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(in), nil
}

// isZstd knows frames and skippable frames (RFC 8878, 3.1).
func isZstd(magic []byte) bool {
	const frame, skippable = "\x28\xb5\x2f\xfd", "\x2a\x4d\x18"
	return string(magic) == frame || len(magic) == 4 && magic[0]&0xf0 == 0x50 && string(magic[1:]) == skippable
}
