package dev.matview.server;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have in common: their help, and how they fail. */
@Command(sortOptions = false, synopsisHeading = "Usage: ")
abstract class ServerCommand implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    private boolean help;

    /** Set by picocli before it calls the command. */
    @Spec
    private @Nullable CommandSpec spec;

    /**
     * Does the work.
     *
     * @param out for what the command answers, and nothing else
     * @throws UsageException when the options are wrong: exit code 2
     * @throws StartupException when the work cannot be done: exit code 1
     */
    abstract void run(PrintWriter out) throws UsageException, StartupException;

    @Override
    public Integer call() {
        CommandLine commandLine = Objects.requireNonNull(spec, "spec").commandLine();
        try {
            run(commandLine.getOut());
            return CommandLine.ExitCode.OK;
        } catch (UsageException e) {
            throw new ParameterException(commandLine, e.getMessage(), e);
        } catch (StartupException e) {
            commandLine.getErr().println("matview: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        } finally {
            commandLine.getOut().flush();
        }
    }
}
