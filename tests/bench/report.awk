# Reads the records (see lib.sh) and writes table.txt, results.json and CURVE.svg into `out`; the
# last line that is printed is "N passed, N failed". With `short`, targets are shown, not judged.
BEGIN { FS = "\t"; table = out "/table.txt"; json = out "/results.json" }

function quote(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
function xml(s) { gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); return s }
function say(s) { print s; print s >table }

$1 == "time" || $1 == "value" { rows[++n] = $0 }
$1 == "target" { most[$2, $3] = $4 }
$1 == "curve" { curves[++curves_n] = $2; title[$2] = $3; xlabel[$2] = $4; ylabel[$2] = $5 }
$1 == "point" {
	k = $2 SUBSEP $3
	if (!(k in points)) { of[$2] = of[$2] (of[$2] == "" ? "" : "\t") $3; points[k] = 0 }
	points[k]++
	px[k, points[k]] = $4; py[k, points[k]] = $5
}

# The straight line through the points: how much each of x costs, what there is without any, and
# how the cost grows: with the power 1 when it is in proportion.
function fit(k,    i, c, x, y, sx, sy, sxx, sxy, m, d) {
	c = points[k]; sx = sy = sxx = sxy = 0
	for (i = 1; i <= c; i++) { x = px[k, i]; y = py[k, i]; sx += x; sy += y; sxx += x * x; sxy += x * y }
	d = c * sxx - sx * sx
	slope = d ? (c * sxy - sx * sy) / d : 0
	base = c ? (sy - slope * sx) / c : 0
	m = sx = sy = sxx = sxy = 0
	for (i = 1; i <= c; i++)
		if (px[k, i] > 0 && py[k, i] > 0) {
			x = log(px[k, i]); y = log(py[k, i]); m++; sx += x; sy += y; sxx += x * x; sxy += x * y
		}
	d = m * sxx - sx * sx
	power = m > 1 && d ? (m * sxy - sx * sy) / d : 0
}

function ax(x) { return 70 + 560 * (logx ? log(x) - log(x0) : x - x0) / (logx ? log(x1) - log(x0) : x1 - x0 ? x1 - x0 : 1) }
function ay(y) { return 340 - 290 * (logx ? log(y) - log(y0) : y - y0) / (logx ? log(y1) - log(y0) : y1 - y0 ? y1 - y0 : 1) }

function mark(x, y, text, anchor, file) {
	printf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, xml(text)) >file
}

# Both axes are logarithmic when x spans more than a factor of twenty; they are linear otherwise.
function plot(id,    s, count, names, i, k, file, line, color, xs, v) {
	file = out "/" id ".svg"
	count = split(of[id], names, "\t")
	x0 = y0 = 1e300; x1 = y1 = 0; v = 0
	for (s = 1; s <= count; s++)
		for (i = 1; i <= points[id, names[s]]; i++) {
			k = id SUBSEP names[s]
			x0 = px[k, i] + 0 < x0 ? px[k, i] + 0 : x0; x1 = px[k, i] + 0 > x1 ? px[k, i] + 0 : x1
			y0 = py[k, i] + 0 < y0 ? py[k, i] + 0 : y0; y1 = py[k, i] + 0 > y1 ? py[k, i] + 0 : y1
			v++
		}
	if (!v)
		return
	logx = x0 > 0 && y0 > 0 && x1 / x0 > 20 && y1 > y0
	if (!logx) y0 = 0
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 400\" font-family=\"sans-serif\" font-size=\"12\">" >file
	print "<rect width=\"900\" height=\"400\" fill=\"white\"/>" >file
	print "<path d=\"M70 50V340H630\" fill=\"none\" stroke=\"black\"/>" >file
	mark(70, 25, title[id] (logx ? " (both axes logarithmic)" : ""), "start", file)
	mark(350, 385, xlabel[id], "middle", file)
	mark(70, 43, ylabel[id], "end", file)
	split("#0b62a4 #d95f02 #1b9e77 #7570b3 #e7298a #666666", color, " ")
	for (s = 1; s <= count; s++) {
		k = id SUBSEP names[s]; line = ""
		for (i = 1; i <= points[k]; i++) {
			line = line sprintf("%s%.1f %.1f", i > 1 ? "L" : "M", ax(px[k, i]), ay(py[k, i]))
			printf("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", ax(px[k, i]), ay(py[k, i]), color[(s - 1) % 6 + 1]) >file
			if (!(px[k, i] in xs)) { xs[px[k, i]] = 1; mark(ax(px[k, i]), 357, px[k, i], "middle", file) }
		}
		printf("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", line, color[(s - 1) % 6 + 1]) >file
		printf("<text x=\"645\" y=\"%d\" fill=\"%s\">%s</text>\n", 60 + 20 * s, color[(s - 1) % 6 + 1], xml(names[s])) >file
	}
	mark(64, ay(y1) + 4, sprintf("%.4g", y1), "end", file)
	mark(64, ay(y0) + 4, sprintf("%.4g", y0), "end", file)
	print "</svg>" >file
	close(file)
}

END {
	say(about)
	printf("{\n  \"about\": %s,\n  \"short\": %s,\n  \"rows\": [", quote(about), short ? "true" : "false") >json
	passed = failed = 0
	for (i = 1; i <= n; i++) {
		split(rows[i], f, "\t")
		wanted = (f[2], f[3]) in most ? most[f[2], f[3]] : ""
		is = f[1] == "time" ? f[11] : f[4]
		met = wanted == "" ? 1 : is + 0 <= wanted + 0
		word = wanted == "" ? "" : sprintf("  at most %s: %s", wanted, short ? "not judged" : met ? "met" : "MISSED")
		if (f[2] != group) { say(""); say(f[2]); group = f[2] }
		if (f[1] == "time")
			say(sprintf("  %-36s %11.3f ms  %10.3f-%-10.3f ratio %7.3f  of %d%s%s", f[3], f[8], f[7], f[9], f[11], f[4], f[5] > 0 ? "  FAILED" : "", word))
		else
			say(sprintf("  %-36s %11s %s%s", f[3], f[4], f[5], word))
		if (f[3] != "idle before") {
			if ((f[1] == "time" && f[5] > 0) || (!short && !met)) failed++; else passed++
		}
		printf("%s\n    {\"group\": %s, \"name\": %s, ", i > 1 ? "," : "", quote(f[2]), quote(f[3])) >json
		if (f[1] == "time")
			printf("\"runs\": %d, \"failed\": %d, \"least_ms\": %s, \"quartile1_ms\": %s, \"median_ms\": %s, \"quartile3_ms\": %s, \"cpu_ms\": %s, \"ratio\": %s", f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11]) >json
		else
			printf("\"value\": %s, \"unit\": %s", f[4], quote(f[5])) >json
		printf("%s}", wanted == "" ? "" : sprintf(", \"at_most\": %s, \"met\": %s", wanted, met ? "true" : "false")) >json
	}
	printf("\n  ],\n  \"curves\": [") >json
	for (c = 1; c <= curves_n; c++) {
		id = curves[c]
		say(""); say(title[id])
		printf("%s\n    {\"id\": %s, \"title\": %s, \"x\": %s, \"y\": %s, \"series\": [", c > 1 ? "," : "", quote(id), quote(title[id]), quote(xlabel[id]), quote(ylabel[id])) >json
		count = split(of[id], names, "\t")
		for (s = 1; s <= count; s++) {
			k = id SUBSEP names[s]
			fit(k)
			line = ""
			for (i = 1; i <= points[k]; i++)
				line = line (i > 1 ? ", " : "") "[" px[k, i] ", " py[k, i] "]"
			say(sprintf("  %-36s %.4g + %.4g for each (%s), power %.2f", names[s], base, slope, xlabel[id], power))
			printf("%s\n      {\"name\": %s, \"base\": %.6g, \"slope\": %.6g, \"power\": %.4g, \"points\": [%s]}", s > 1 ? "," : "", quote(names[s]), base, slope, power, line) >json
		}
		printf("\n    ]}") >json
		plot(id)
	}
	print "\n  ]\n}" >json
	say("")
	say(passed " passed, " failed " failed")
	exit !passed || failed > 0
}
