using System.CommandLine;
using System.Runtime.InteropServices;
using OpenClaw.Edge.Cli.Runs;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw chat</c>: talk to an agent, on a terminal or line by line through a pipe.</summary>
internal static class ChatCommand
{
    private const int DefaultHistory = 10;

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<string?> session = Text("--session", "key", "Session (default main)", "--session-key");
        Option<string?> agent = Text("--agent", "id", "Agent (default: the configured one)");
        Option<string?> thinking = Text("--thinking", "level", "off, minimal, low, medium, high, …");
        Option<string?> message = Text("--message", "text", "Say this first", "-m");
        Option<int?> timeout = new("--timeout-ms") { Description = "Longest turn in milliseconds", HelpName = "ms" };
        Option<int?> history = new("--history-limit") { Description = "Past messages to show (default 10)", HelpName = "n" };
        Option<string?> queue = Text("--queue", "mode", "steer, followup, collect or interrupt");
        queue.AcceptOnlyFromAmong("steer", "followup", "collect", "interrupt");
        Option<bool> local = new("--local") { Hidden = true };
        Option<bool> deliver = new("--deliver") { Hidden = true };
        Command command = new("chat", "Talk to an agent")
        {
            session, agent, thinking, message, queue, timeout, history, local, deliver,
        };
        command.Aliases.Add("tui");
        command.Aliases.Add("terminal");
        return command.Does(shared, world, (context, cancellationToken) => RunAsync(
            context,
            new ChatOptions
            {
                SessionKey = SessionKey(context.Parsed.GetValue(session), context.Parsed.GetValue(agent)),
                AgentId = context.Parsed.GetValue(agent),
                Thinking = context.Parsed.GetValue(thinking),
                FirstMessage = context.Parsed.GetValue(message),
                QueueMode = context.Parsed.GetValue(queue),
                TimeoutMs = context.Parsed.GetValue(timeout),
                HistoryLimit = Math.Clamp(context.Parsed.GetValue(history) ?? DefaultHistory, 1, 1000),
            },
            cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, ChatOptions options, CancellationToken cancellationToken)
    {
        using ChatLoop loop = new(context, options);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            loop.Interrupt();
        });
        return await loop.RunAsync(cancellationToken);
    }

    private static string SessionKey(string? session, string? agent) =>
        session ?? (agent is null ? "main" : $"agent:{agent}:main");

    private static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };
}
