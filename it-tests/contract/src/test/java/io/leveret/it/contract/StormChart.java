package io.leveret.it.contract;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Draws how many connections are tried and accepted in each second, as SVG. Zero is the begin of
 * the outage; times are ms of the epoch.
 */
final class StormChart {

    private static final int BEFORE = 5;
    private static final int WIDTH = 1_100;
    private static final int HEIGHT = 460;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 70;
    private static final int BOTTOM = 60;

    private final String title;
    private final long begin;
    private final int seconds;
    private final StringBuilder svg = new StringBuilder(20_000);
    private int highest;

    StormChart(String title, long begin, long end) {
        this.title = title;
        this.begin = begin;
        this.seconds = (int) ((end - begin + 999) / 1_000);
    }

    /** Counts times per second; the first element is the second that begins {@code from}. */
    static int[] perSecond(Collection<Long> times, long from, int seconds) {
        int[] counts = new int[seconds];
        for (long time : times) {
            long second = Math.floorDiv(time - from, 1_000L);
            if (second >= 0 && second < seconds) {
                counts[(int) second]++;
            }
        }
        return counts;
    }

    /** Draws everything and writes the file. */
    void write(
            Path file, Collection<Long> refused, Collection<Long> accepted, long answer, long works)
            throws IOException {
        long start = begin - BEFORE * 1_000L;
        int[] failures = perSecond(refused, start, seconds + BEFORE);
        int[] successes = perSecond(accepted, start, seconds + BEFORE);
        highest = 1;
        for (int i = 0; i < failures.length; i++) {
            highest = Math.max(highest, failures[i] + successes[i]);
        }
        tag("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d'", WIDTH, HEIGHT);
        tag(" font-family='sans-serif' font-size='12'>");
        tag("<rect width='%d' height='%d' fill='white'/>", WIDTH, HEIGHT);
        text(LEFT, 22, "start", "bold", title);
        shade(0, (answer - begin) / 1_000.0);
        axes();
        for (int i = 0; i < failures.length; i++) {
            bar(i - BEFORE, 0, failures[i], "#c0504d");
            bar(i - BEFORE, failures[i], successes[i], "#4f81bd");
        }
        mark((answer - begin) / 1_000.0, "the broker answers", 1);
        mark((works - begin) / 1_000.0, "all work again", 2);
        legend();
        tag("</svg>");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, svg, StandardCharsets.UTF_8);
    }

    private double x(double second) {
        return LEFT + (second + BEFORE) * (WIDTH - LEFT - RIGHT) / (seconds + BEFORE);
    }

    private double y(double count) {
        return HEIGHT - BOTTOM - count * (HEIGHT - TOP - BOTTOM) / highest;
    }

    private void tag(String form, Object... values) {
        svg.append(String.format(Locale.ROOT, form, values)).append('\n');
    }

    private void text(double x, double y, String anchor, String weight, String text) {
        tag(
                "<text x='%.1f' y='%.1f' text-anchor='%s' font-weight='%s'>%s</text>",
                x, y, anchor, weight, text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private void line(double x1, double y1, double x2, double y2, String style) {
        tag("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' %s/>", x1, y1, x2, y2, style);
    }

    private void shade(double from, double to) {
        tag(
                "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='#eeeeee'/>",
                x(from), TOP, x(to) - x(from), HEIGHT - TOP - BOTTOM);
        text((x(from) + x(to)) / 2, TOP + 14, "middle", "normal", "no broker");
    }

    private void axes() {
        line(LEFT, y(0), WIDTH - RIGHT, y(0), "stroke='black'");
        line(LEFT, y(0), LEFT, TOP, "stroke='black'");
        int step = nice(highest / 8.0);
        for (int count = 0; count <= highest; count += step) {
            line(LEFT - 4, y(count), WIDTH - RIGHT, y(count), "stroke='#00000022'");
            text(LEFT - 8, y(count) + 4, "end", "normal", String.valueOf(count));
        }
        int every = nice(seconds / 12.0);
        for (int second = 0; second <= seconds; second += every) {
            line(x(second), y(0), x(second), y(0) + 4, "stroke='black'");
            text(x(second), y(0) + 18, "middle", "normal", String.valueOf(second));
        }
        text(WIDTH / 2.0, HEIGHT - 14, "middle", "normal", "seconds since the broker was killed");
        tag(
                "<text transform='translate(18 %.1f) rotate(-90)' text-anchor='middle'>attempts to"
                        + " connect per second</text>",
                (TOP + y(0)) / 2);
    }

    /** The next of 1, 2, 5, 10, 20, 50 and so on. */
    private static int nice(double least) {
        int power = 1;
        while (true) {
            for (int factor : List.of(1, 2, 5)) {
                if (factor * power >= least) {
                    return factor * power;
                }
            }
            power *= 10;
        }
    }

    private void bar(int second, int from, int count, String colour) {
        if (count > 0) {
            tag(
                    "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>",
                    x(second) + 0.5,
                    y(from + count),
                    Math.max(1, x(second + 1) - x(second) - 1),
                    y(from) - y(from + count),
                    colour);
        }
    }

    private void mark(double second, String what, int row) {
        line(x(second), TOP, x(second), y(0), "stroke='black' stroke-dasharray='4 3'");
        text(
                x(second) - 4,
                TOP + 14 + 16 * row,
                "end",
                "normal",
                String.format(Locale.ROOT, "%s, %.1f s", what, second));
    }

    private void legend() {
        tag("<rect x='%d' y='34' width='12' height='12' fill='#c0504d'/>", LEFT);
        text(LEFT + 18, 44, "start", "normal", "refused");
        tag("<rect x='%d' y='34' width='12' height='12' fill='#4f81bd'/>", LEFT + 90);
        text(LEFT + 108, 44, "start", "normal", "accepted");
    }
}
