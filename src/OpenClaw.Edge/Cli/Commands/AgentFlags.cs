using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>The flags of <c>openclaw agent</c>: the original's, and <c>--stream</c>.</summary>
internal sealed class AgentFlags
{
    private readonly Option<string?> _message = Text("--message", "text", "What to say", "-m");

    private readonly Option<string?> _messageFile = Text("--message-file", "file", "Read it from a file, - for stdin");

    private readonly Option<string?> _agent = Text("--agent", "id", "Agent (default: the configured one)");

    private readonly Option<string?> _session =
        Text("--session-key", "key", "Session (default main)", "--session");

    private readonly Option<string?> _sessionId = Text("--session-id", "id", "Session, by its id");

    private readonly Option<string?> _model = Text("--model", "model", "Model for this turn, as provider/model");

    private readonly Option<string?> _thinking =
        Text("--thinking", "level", "off, minimal, low, medium, high, …");

    // Seconds here, as in the original; milliseconds everywhere else.
    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = "Longest turn in seconds (default 600)",
        HelpName = "s",
    };

    private readonly Option<bool> _stream = new("--stream") { Description = "Print what happens as NDJSON, line by line" };

    private readonly Option<bool> _deliver = new("--deliver")
    {
        Description = "Also send the answer to the session's channel",
    };

    private readonly Option<bool> _local = new("--local") { Hidden = true };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [_message, _messageFile, _agent, _session, _sessionId, _model, _thinking, _timeout, _stream, _deliver, _local])
        {
            command.Add(option);
        }
    }

    public AgentRequest Read(ParseResult parsed)
    {
        if (parsed.GetValue(_local))
        {
            throw new CliException(
                ExitCode.Usage,
                "--local: agents run in the gateway only; leave it out, and start one with 'openclaw gateway run' if none runs");
        }

        return new AgentRequest
        {
            Message = parsed.GetValue(_message),
            MessageFile = parsed.GetValue(_messageFile),
            AgentId = Selector(parsed, _agent),
            SessionKey = Selector(parsed, _session),
            SessionId = Selector(parsed, _sessionId),
            Model = parsed.GetValue(_model),
            Thinking = parsed.GetValue(_thinking),
            TimeoutSeconds = parsed.GetValue(_timeout) is not { } seconds ? null
                : seconds > 0 ? seconds
                : throw new CliException(ExitCode.Usage, $"--timeout: {seconds} is not a time; give seconds above 0"),
            Stream = parsed.GetValue(_stream),
            Deliver = parsed.GetValue(_deliver),
        };
    }

    // A blank selector is a script's unset variable: the turn would land in another session than was meant.
    private static string? Selector(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        { } value when string.IsNullOrWhiteSpace(value) =>
            throw new CliException(ExitCode.Usage, $"{option.Name} is blank; leave it out, or name one"),
        { } value => value,
    };

    private static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };
}
