using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Runs the tool calls of one turn. Whatever a model gets wrong is answered with an error it can act on; the same
/// call is not run a third time.</summary>
internal sealed class ToolRound(ToolRegistry tools, ToolPolicy policy, ToolCallContext context, TimeProvider time)
{
    private const int MaxRepeats = 2; // a second look may be honest, a third is a loop

    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    /// <summary>Runs one call between its two events.</summary>
    public async Task<ToolResult> RunAsync(Turn turn, ToolCall call, CancellationToken cancellationToken)
    {
        long startedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        ITool? tool = Find(call.Name, out ToolResult? refusal);
        JsonElement arguments = TurnRows.Arguments(call.ArgumentsJson);
        string title = call.Name;
        if (tool is not null)
        {
            if (ToolArguments.TryRead(tool.Spec, call.ArgumentsJson, out JsonElement read, out string problem))
            {
                arguments = read;
                title = tool.Title(arguments);
                refusal = Repeats(tool.Spec.Name, arguments);
            }
            else
            {
                refusal = ToolResult.Error(problem);
            }
        }

        turn.Publisher.ToolStarted(call, title, arguments);
        ToolResult result = refusal ?? await ToolInvocation.CallAsync(tools.Sandbox, tool!, context, arguments, cancellationToken);
        if (!result.IsError && !turn.SuccessfulTools.Contains(call.Name))
        {
            turn.SuccessfulTools.Add(call.Name);
        }

        turn.Publisher.ToolEnded(call, title, result, startedAtMs);
        RunTelemetry.Called(tool?.Spec.Name ?? "unknown", result.IsError);
        return result;
    }

    /// <summary>Answers a call that is not made because a message came in; with its two events.</summary>
    public ToolResult Skip(Turn turn, ToolCall call)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        ToolResult skipped = ToolResult.Error("Skipped to process an incoming message.");
        turn.Publisher.ToolStarted(call, call.Name, TurnRows.Arguments(call.ArgumentsJson));
        turn.Publisher.ToolEnded(call, call.Name, skipped, nowMs);
        return skipped;
    }

    private ITool? Find(string name, out ToolResult? refusal)
    {
        refusal = null;
        if (tools.TryGet(name.Trim(), out ITool? tool) && policy.Allows(tool.Spec.Name))
        {
            return tool;
        }

        IEnumerable<string> names = tools.All.Select(known => known.Spec.Name).Where(policy.Allows);
        refusal = ToolResult.Error($"there is no tool '{name}'; the tools are: {string.Join(", ", names)}");
        return null;
    }

    private ToolResult? Repeats(string name, JsonElement arguments)
    {
        string key = $"{name}\n{arguments.GetRawText()}";
        int count = _seen[key] = _seen.GetValueOrDefault(key) + 1;
        return count > MaxRepeats
            ? ToolResult.Error(
                $"this is the same {name} call for the {count}th time, so it was not run; use the earlier result, try something "
                + "else, or answer the person")
            : null;
    }
}
