using System.Diagnostics;
using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>What one command line printed and how it ended: run in this process, or by the published binary when
/// <c>OPENCLAW_BIN</c> names it. Tests see no difference.</summary>
/// <param name="Exit">Exit code.</param>
/// <param name="Out">Everything on standard output.</param>
/// <param name="Error">Everything on standard error.</param>
public sealed record CommandRun(int Exit, string Out, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Standard output as the one JSON document that it is.</summary>
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Out);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Runs <c>openclaw</c> with <paramref name="args"/> in an environment of exactly <paramref name="variables"/>;
    /// <paramref name="input"/> comes through a pipe, and nothing of it is a terminal.</summary>
    public static Task<CommandRun> OfAsync(IReadOnlyDictionary<string, string> variables, string[] args, string input = "") =>
        RunningGateway.Binary is { } binary ? NativeAsync(binary, variables, args, input) : HereAsync(variables, args, input);

    /// <summary>Fails with everything it printed unless it ended with <paramref name="exit"/>.</summary>
    public CommandRun Ends(int exit)
    {
        Xunit.Assert.True(exit == Exit, $"ended with {Exit} instead of {exit}\n{Out}\n{Error}");
        return this;
    }

    private static async Task<CommandRun> HereAsync(IReadOnlyDictionary<string, string> variables, string[] args, string input)
    {
        StringWriter output = new();
        StringWriter error = new();
        CliWorld world = new()
        {
            Terminal = new CliTerminal { Out = output, Error = error, In = new StringReader(input) },
            Clock = TimeProvider.System,
            Environment = new ProcessEnvironment(new Dictionary<string, string>(variables), variables["HOME"]),
            OpenNode = OpenClaw.Edge.Hosting.NodeHome.Open,
            RunGateway = (_, _) => throw new NotSupportedException("a gateway of a test is a RunningGateway"),
        };
        int exit = await Guard.Within(CommandLine.InvokeAsync(args, world, CancellationToken.None), string.Join(' ', args), Limit);
        return new CommandRun(exit, output.ToString(), error.ToString());
    }

    private static async Task<CommandRun> NativeAsync(string binary, IReadOnlyDictionary<string, string> variables, string[] args, string input)
    {
        using Process process = new()
        {
            StartInfo = new ProcessStartInfo(binary, args)
            {
                WorkingDirectory = variables["HOME"],
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.StartInfo.Environment.Clear();
        foreach ((string name, string value) in variables)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await Guard.Within(process.WaitForExitAsync(), $"the end of {string.Join(' ', args)}", Limit);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw;
        }

        return new CommandRun(process.ExitCode, await output, await error);
    }
}
