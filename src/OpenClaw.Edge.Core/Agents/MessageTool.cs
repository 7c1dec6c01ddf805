using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Tells a person something outside of the turn's answer: in another session of this gateway, or on a node. There are no
/// messengers. Sessions in which a person reads the answers anyway are not told of it, unless a node can show notices.</summary>
/// <param name="runs">The registry; asked when the tool is called, because it is made after its tools.</param>
/// <param name="outlet">The ways out; likewise.</param>
public sealed class MessageTool(Func<RunRegistry> runs, Func<MessageOutlet> outlet) : ITool
{
    private const int MaxChars = 8_000;

    // Sessions whose answers nobody waits for.
    private static readonly string[] s_background = ["cron:", "hook:", "heartbeat"];

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "message",
        "Tell the person something now. target: a session (default: main), or node:NAME for a notice.",
        """{"type":"object","properties":{"action":{"type":"string","enum":["send"]},"message":{"type":"string"},"target":{"type":"string"},"channel":{"type":"string"}},"required":["action","message"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"message {ConversationText.Shorten(SessionTools.Text(arguments, "message"), 60)}";

    /// <inheritdoc />
    public bool IsOffered(SessionKey session) =>
        Array.Exists(s_background, prefix => session.Rest.StartsWith(prefix, StringComparison.Ordinal)) || outlet().Nodes().Count > 0;

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        string message = SessionTools.Text(arguments, "message");
        if (message.Length is 0 or > MaxChars)
        {
            return ToolResult.Error(message.Length == 0 ? "message is empty" : $"message has {message.Length} characters; the limit is {MaxChars}");
        }

        (string channel, string target) = Place(SessionTools.Text(arguments, "channel"), SessionTools.Text(arguments, "target"));
        return channel switch
        {
            "webchat" => await ToSessionAsync(context, target, message, cancellationToken),
            "node" => await ToNodeAsync(target, message, cancellationToken),
            _ => ToolResult.Error($"there is no channel '{channel}' here, so nothing was sent. Channels: webchat (target: a session key, or nothing for the main one), node (target: {Names()})"),
        };
    }

    // "telegram:123" and "node:phone" name the channel in the target; "agent:…" is a session.
    private static (string Channel, string Target) Place(string channel, string target)
    {
        int colon = target.IndexOf(':', StringComparison.Ordinal);
        string head = colon > 0 ? target[..colon].ToLowerInvariant() : "";
        string named = channel.ToLowerInvariant() is "session" or "last" or "main" ? "webchat" : channel.ToLowerInvariant();
        return named.Length > 0 ? (named, head == named ? target[(colon + 1)..] : target)
            : head is "" or "agent" or "cron" or "hook" ? ("webchat", target)
            : head is "session" or "webchat" ? ("webchat", target[(colon + 1)..])
            : (head, target[(colon + 1)..]);
    }

    private async Task<ToolResult> ToSessionAsync(ToolCallContext context, string target, string message, CancellationToken cancellationToken)
    {
        AgentRuntime runtime = runs().Runtime;
        SessionKey main = SessionKey.Main(context.SessionKey.AgentId);
        SessionKey key = main;
        if (target.Length > 0 && target != "main" && !SessionTools.TryFind(runtime, context, target, out key, out string problem))
        {
            return ToolResult.Error(problem);
        }

        if (key == main && key != context.SessionKey && SessionReach.Refusal(runtime, context, key, runtime.Sessions.Find(key)) is string refusal)
        {
            return ToolResult.Error($"{key.Text}: {refusal}");
        }

        if (key == context.SessionKey)
        {
            return ToolResult.Error("that is this session; what you answer is read there");
        }

        if (outlet().ToSession is not { } send)
        {
            return ToolResult.Error("messages cannot be sent now");
        }

        await runtime.Sessions.GetOrCreateAsync(key, cancellationToken);
        await send(key, message, cancellationToken);
        return new ToolResult($"sent to {key.Text}; whoever looks at it reads it");
    }

    private async Task<ToolResult> ToNodeAsync(string target, string message, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> nodes = outlet().Nodes();
        string? node = target.Length == 0 && nodes.Count == 1 ? nodes[0] : nodes.FirstOrDefault(name => name.Equals(target, StringComparison.OrdinalIgnoreCase));
        if (node is null || outlet().ToNode is not { } send)
        {
            return ToolResult.Error($"there is no node '{target}' that shows notices now; there are: {Names()}");
        }

        return await send(node, message, cancellationToken) is { } problem
            ? ToolResult.Error($"{node}: {problem}")
            : new ToolResult($"shown on {node}");
    }

    private string Names() => outlet().Nodes() is { Count: > 0 } nodes ? string.Join(", ", nodes) : "none";
}
