// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.compare.CompareCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line as a whole. */
public final class CommandLines {
    private static final int FAILED = CommandLine.ExitCode.SOFTWARE;
    private static final int NOT_UNDERSTOOD = CommandLine.ExitCode.USAGE;
    private static final int HELP_WIDTH = 100;

    private CommandLines() {}

    @Command(
            name = "verbena",
            description = "Serves, measures and explains Verbena's transports.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            subcommands = {
                ServeCommand.class,
                BridgeCommand.class,
                PingCommand.class,
                BwCommand.class,
                SweepCommand.class,
                CompareCommand.class,
                CompareRdmaCommand.class,
                CompareSilentCommand.class,
                CertCommand.class,
                CompareStreamsCommand.class,
                CompareBridgeCommand.class,
                InfoCommand.class
            },
            footer = {
                "",
                "Example, in two terminals:",
                "  ./verbena serve tcp://127.0.0.1:9400",
                "  ./verbena ping tcp://127.0.0.1:9400"
            })
    @SuppressWarnings("NullAway.Init")
    private static final class Root implements Runnable {
        @Spec private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "which command?");
        }
    }

    /**
     * Runs a command.
     *
     * @param out where results go.
     * @param err where the one line goes that says what failed, and what to do.
     * @param args the command and its options.
     * @return 0 if it succeeded, 1 if it failed, 2 if it was not understood.
     */
    public static int execute(final PrintWriter out, final PrintWriter err, final String... args) {
        return new CommandLine(new Root())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH)
                .setParameterExceptionHandler(CommandLines::onNotUnderstood)
                .setExecutionExceptionHandler(CommandLines::onFailed)
                .execute(args);
    }

    private static int onNotUnderstood(final ParameterException e, final String[] args) {
        final CommandLine command = e.getCommandLine();
        say(
                command,
                "%s (%s --help)"
                        .formatted(
                                Failures.oneLine(
                                        String.valueOf(e.getMessage())
                                                .replaceFirst("^Error: ", "")),
                                command.getCommandSpec().qualifiedName()));
        return NOT_UNDERSTOOD;
    }

    private static int onFailed(
            final Exception e, final CommandLine command, final ParseResult parsed) {
        say(command, Failures.say(e));
        if (command.getCommand() instanceof CommonOptions.Holder holder
                && holder.common().verbose()) {
            e.printStackTrace(command.getErr());
        }
        return FAILED;
    }

    private static void say(final CommandLine command, final String line) {
        command.getErr().println("verbena: " + line);
        command.getErr().flush();
    }
}
