package io.leveret.it.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The far end of a {@link SideJvm}: reads one order per line from stdin, carries it out and answers
 * with one line. It ends when stdin does, and so with the process that started it.
 */
public final class LineServer {

    /** What a program can be told to do. */
    public interface Orders {
        /**
         * Carries out one order.
         *
         * @param words the words of the line, at least one
         * @return the answer, one line
         * @throws Exception told to the other side, which throws it on
         */
        String obey(List<String> words) throws Exception;
    }

    /** Answers begin with these words; all other lines are what the program itself prints. */
    static final String DONE = "@done ";

    static final String FAILED = "@failed ";

    private LineServer() {}

    /**
     * Serves until stdin ends.
     *
     * @throws IOException when stdin cannot be read
     */
    public static void serve(Orders orders) throws IOException {
        PrintStream out = System.out;
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = DONE + orders.obey(List.of(line.strip().split(" +")));
            } catch (Exception e) {
                e.printStackTrace();
                answer = FAILED + e;
            }
            out.println(answer.replace('\n', ' '));
            out.flush();
        }
    }
}
