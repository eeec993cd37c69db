package main

import (
	"fmt"
	"html"
	"strings"
)

// The chart's measures, in pixels.
const (
	chartWidth = 860
	barHeight  = 22
	labelWidth = 380
	chartTop   = 44
)

// chartHead begins an SVG. Its colours follow the reader's, light or dark.
const chartHead = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img">
<title>%[3]s</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: bold }
.ours { fill: #0969da } .peer { fill: #8c959f } .line { stroke: #8c959f; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .ours { fill: #4493f8 } .peer { fill: #6e7681 } .line { stroke: #6e7681 }
}
</style>
<text class="title" x="0" y="18">%[3]s</text>
`

// chart draws how many times as long as the bare walk each program takes, with
// a line where that ends; where there is no bare walk, how many seconds.
func chart(t *Tree) string {
	title, length := "times as long as a bare walk", func(r *Row) float64 { return r.Bare }
	if t.Rows[0].Missing != "" {
		title, length = "seconds", func(r *Row) float64 { return r.Seconds }
	}
	var rows []Row
	most := 0.0
	for _, row := range t.Rows {
		if row.Missing == "" {
			rows = append(rows, row)
			most = max(most, length(&row))
		}
	}
	height := chartTop + len(rows)*barHeight
	scale := (chartWidth - labelWidth - 50) / most
	b := &strings.Builder{}
	fmt.Fprintf(b, chartHead, chartWidth, height, html.EscapeString(thousands(t.Entries)+" entries: "+title))
	for i, row := range rows {
		bar(b, chartTop+i*barHeight, &row, length(&row), scale)
	}
	if t.Rows[0].Missing == "" {
		fmt.Fprintf(b, "<line class=\"line\" x1=\"%.1[1]f\" x2=\"%.1[1]f\" y1=\"%d\" y2=\"%d\"/>\n", labelWidth+scale, chartTop-6, height)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func bar(b *strings.Builder, y int, row *Row, length, scale float64) {
	class := "ours"
	if row.Peer {
		class = "peer"
	}
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", labelWidth-8, y+14, html.EscapeString(row.Name))
	fmt.Fprintf(b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n", class, labelWidth, y+2, length*scale, barHeight-6)
	fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%d\">%.1f</text>\n", labelWidth+length*scale+6, y+14, length)
}
