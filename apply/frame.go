package apply

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const (
	frameHead = 4 + 4 + 8
	// maxFrame bounds what a reader believes of a length. The writer's frames
	// are far smaller: a batch of results.
	maxFrame = 4 << 20
	// maxSearch bounds how many bytes are summed in search of a frame behind a
	// bad one, so that a crafted journal cannot keep its reader busy.
	maxSearch = 64 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame adds one frame to buf.
func appendFrame(buf []byte, sequence uint64, payload []byte) []byte {
	start := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(payload)))
	buf = binary.LittleEndian.AppendUint32(buf, 0)
	buf = binary.LittleEndian.AppendUint64(buf, sequence)
	buf = append(buf, payload...)
	binary.LittleEndian.PutUint32(buf[start+4:], crc32.Checksum(buf[start+8:], castagnoli))
	return buf
}

// head is what stands at the beginning of data, where it can be a frame.
func head(data []byte) (size int, sequence uint64, ok bool) {
	if len(data) < frameHead {
		return 0, 0, false
	}
	length := binary.LittleEndian.Uint32(data)
	if length > maxFrame || int(length) > len(data)-frameHead {
		return 0, 0, false
	}
	return frameHead + int(length), binary.LittleEndian.Uint64(data[8:]), true
}

func intact(frame []byte) bool {
	return binary.LittleEndian.Uint32(frame[4:]) == crc32.Checksum(frame[8:], castagnoli)
}

// DamageError means that a journal is broken elsewhere than at its end, where a
// crash breaks it.
type DamageError struct {
	Path   string
	Offset int64
	Why    string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: damaged at byte %d: %s", e.Path, e.Offset, e.Why)
}

// cutFrames splits data into payloads. What follows the last good frame is torn
// if no other frame stands behind it, as after a crash: cut short, or full of
// NUL bytes where the filesystem had grown the file but not written it. Else it
// is damage, and the error says so; the payloads before it are good all the
// same.
func cutFrames(data []byte) (payloads [][]byte, good int, err error) {
	for sequence := uint64(1); good < len(data); sequence++ {
		size, have, ok := head(data[good:])
		if !ok || have != sequence || !intact(data[good:good+size]) {
			return payloads, good, judgeTail(data[good:], sequence, good)
		}
		payloads = append(payloads, data[good+frameHead:good+size])
		good += size
	}
	return payloads, good, nil
}

// judgeTail looks for a frame in a tail that does not begin with one.
func judgeTail(tail []byte, next uint64, offset int) error {
	last := next + uint64(len(tail)/frameHead)
	summed := 0
	for i := range max(0, len(tail)-frameHead+1) {
		size, sequence, ok := head(tail[i:])
		if !ok || sequence < next || sequence > last {
			continue
		}
		if summed += size; summed > maxSearch {
			return &DamageError{Offset: int64(offset), Why: "too much that looks like a journal and is none"}
		}
		if intact(tail[i : i+size]) {
			return &DamageError{Offset: int64(offset), Why: fmt.Sprintf("an intact record follows at byte %d", offset+i)}
		}
	}
	return nil
}
