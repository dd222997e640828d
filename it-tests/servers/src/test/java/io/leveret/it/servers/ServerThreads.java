package io.leveret.it.servers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The threads of a server's process that Leveret started, itself or through its client. */
final class ServerThreads {

    private static final Pattern NAME =
            Pattern.compile(
                    "^\"((?:leveret|AMQP Connection|globalEventExecutor)[^\"]*)\"",
                    Pattern.MULTILINE);

    private ServerThreads() {}

    /** Names as they are now, each with the thread's own number where several share one. */
    static Set<String> of(long pid) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String dump = Command.run(List.of(jcmd.toString(), "" + pid, "Thread.print"));
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(dump);
        while (matcher.find()) {
            String name = matcher.group(1);
            for (int i = 2; !names.add(name); i++) {
                name = matcher.group(1) + " (" + i + ")";
            }
        }
        return names;
    }
}
