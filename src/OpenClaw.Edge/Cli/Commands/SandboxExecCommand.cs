using System.CommandLine;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sandbox exec</c>: runs a command where a session's commands run, also when its mode is off.</summary>
internal static class SandboxExecCommand
{
    private const int MaxKept = 1 << 20; // characters

    public static Command Create(CliOptions shared, CliWorld world)
    {
        (Option<string?> session, Option<string?> agent) = SandboxCommands.Who();
        Option<string?> workdir = new("--workdir", "-w") { Description = "Folder inside (default: the workspace)", HelpName = "path" };
        Argument<string[]> words = new("command") { Description = "The command, after --", Arity = ArgumentArity.OneOrMore };
        return new Command("exec", "Run a command in a session's sandbox") { session, agent, workdir, words }.Does(
            shared, world, (context, cancellationToken) => SandboxCommands.WithAsync(context, async _ =>
            {
                SandboxScope scope = SandboxCommands.Find(context, context.Parsed.GetValue(session), context.Parsed.GetValue(agent));
                SandboxCommand command = new()
                {
                    Command = Join(context.Parsed.GetRequiredValue(words)),
                    Workdir = context.Parsed.GetValue(workdir),
                    Timeout = context.TimeoutMs is null ? null : context.Timeout,
                };
                return await RunAsync(context, scope, command, cancellationToken);
            }));
    }

    // One word is a line for the shell, as written; several are one program and its arguments, each as it is.
    private static string Join(string[] words) =>
        words.Length == 1 ? words[0] : string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private static async Task<int> RunAsync(CliContext context, SandboxScope scope, SandboxCommand command, CancellationToken cancellationToken)
    {
        using TerminationSignals signals = new(cancellationToken);
        await using SandboxRouter router = new(
            () => context.Config.Config, context.Paths, () => context.Config.Environment, context.Clock, NullLoggerFactory.Instance);
        SandboxSession sandbox = await router.OpenAsync(scope, signals.Token);
        Decoder output = Encoding.UTF8.GetDecoder();
        Decoder errors = Encoding.UTF8.GetDecoder();
        using StringWriter said = new();
        using StringWriter complained = new();
        (TextWriter Out, TextWriter Error) to = context.Json ? (said, complained) : (context.Terminal.Out, context.Terminal.Error);
        try
        {
            int code = await sandbox.ExecAsync(
                command, (bytes, isError) => Pass(bytes, isError ? errors : output, isError ? to.Error : to.Out), signals.Token);
            if (context.Json)
            {
                context.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("sandbox"u8, sandbox.Name);
                    writer.WriteString("backend"u8, sandbox.Backend);
                    writer.WriteNumber("exitCode"u8, code);
                    writer.WriteString("stdout"u8, said.ToString());
                    writer.WriteString("stderr"u8, complained.ToString());
                    writer.WriteEndObject();
                });
            }

            return code;
        }
        catch (TimeoutException exception)
        {
            throw new CliException(ExitCode.Failed, exception.Message, "timeout");
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitCode.Failed, "interrupted; the command was killed", "interrupted");
        }
    }

    // As JSON the text is kept, so it has an end: what comes later is dropped.
    private static void Pass(ReadOnlySpan<byte> bytes, Decoder decoder, TextWriter writer)
    {
        Span<char> chars = stackalloc char[512];
        while (bytes.Length > 0)
        {
            decoder.Convert(bytes, chars, flush: false, out int used, out int made, out _);
            if (writer is not StringWriter kept || kept.GetStringBuilder().Length < MaxKept)
            {
                writer.Write(chars[..made]);
            }

            bytes = bytes[used..];
        }

        writer.Flush();
    }
}
