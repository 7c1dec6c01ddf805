using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Runs the tool calls of one turn. Whatever a model gets wrong is answered with an error it can act on; calls that bring
/// nothing new are refused.</summary>
internal sealed class ToolRound(ToolRegistry tools, ToolPolicy policy, ToolShelf? shelf, ToolCallContext context, LoopWatch loops, TimeProvider time)
{
    /// <summary>Whether the model goes round in circles and should answer.</summary>
    public bool IsStuck => loops.IsStuck;

    /// <summary>Runs one call between its two events.</summary>
    public async Task<ToolResult> RunAsync(Turn turn, ToolCall call, CancellationToken cancellationToken)
    {
        long startedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        ToolCall meant = Meant(call);
        ITool? tool = null;
        ToolResult? answer = shelf is not null && meant.Name is "tool_search" or "tool_describe"
            ? Searched(meant)
            : Find(turn, meant.Name, out tool);
        JsonElement arguments = TurnRows.Arguments(meant.ArgumentsJson);
        string title = meant.Name;
        if (tool is not null)
        {
            if (ToolArguments.TryRead(tool.Spec, meant.ArgumentsJson, out JsonElement read, out string problem))
            {
                arguments = read;
                title = tool.Title(arguments);
                answer = loops.Refusal(tool.Spec.Name, arguments);
            }
            else
            {
                answer = loops.Refusal(meant.Name, arguments) ?? loops.Note(meant.Name, arguments, ToolResult.Error(problem));
            }
        }

        turn.Publisher.ToolStarted(call, title, arguments);
        ToolCallContext told = context with
        {
            OnApproval = (approval, ended) => turn.Publisher.Approval(call, approval, ended),
            OnOutput = output => turn.Publisher.ToolOutput(call, title, output),
        };
        ToolResult result = answer ?? loops.Note(
            meant.Name, arguments, await ToolInvocation.CallAsync(tools.Sandbox, tool!, told, arguments, cancellationToken));
        if (!result.IsError && !turn.SuccessfulTools.Contains(meant.Name))
        {
            turn.SuccessfulTools.Add(meant.Name);
        }

        if (tool is ProgressCardTool && !result.IsError && ProgressCard.Read(arguments, out JsonElement card) is null)
        {
            turn.Publisher.Plan(card);
        }

        turn.Publisher.ToolEnded(call, title, result, startedAtMs, refused: answer is { IsError: true });
        RunTelemetry.Called(tool?.Spec.Name ?? "unknown", result.IsError);
        return result;
    }

    /// <summary>Answers a call that is not made because a message came in; with its two events.</summary>
    public ToolResult Skip(Turn turn, ToolCall call)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        ToolResult skipped = ToolResult.Error("Skipped to process an incoming message.");
        turn.Publisher.ToolStarted(call, call.Name, TurnRows.Arguments(call.ArgumentsJson));
        turn.Publisher.ToolEnded(call, call.Name, skipped, nowMs, refused: true);
        return skipped;
    }

    // functions.read is how some templates write read; a call through the shelf is the call it carries.
    private ToolCall Meant(ToolCall call)
    {
        string name = call.Name.Trim();
        name = name.StartsWith("functions.", StringComparison.Ordinal) ? name["functions.".Length..] : name;
        return shelf is not null && name == "tool_call" ? Meant(ToolShelf.Inner(call)) : name == call.Name ? call : call with { Name = name };
    }

    private ToolResult Searched(ToolCall call)
    {
        ToolSpec control = ToolShelf.Controls.First(spec => spec.Name == call.Name);
        return ToolArguments.TryRead(control, call.ArgumentsJson, out JsonElement arguments, out string problem)
            ? loops.Refusal(call.Name, arguments) ?? loops.Note(call.Name, arguments, shelf!.Answer(call.Name, arguments))
            : ToolResult.Error(problem);
    }

    private ToolResult? Find(Turn turn, string name, out ITool? tool)
    {
        if (tools.TryGet(name, out tool) && policy.Allows(name) && AllowsProvider(turn, name))
        {
            return null;
        }

        tool = null;
        loops.Unknown();
        IEnumerable<string> names = tools.All.Select(known => known.Spec.Name).Where(known => policy.Allows(known) && AllowsProvider(turn, known));
        return ToolResult.Error($"there is no tool '{name}'; the tools are: {string.Join(", ", names)}");
    }

    // The tools were chosen for the model that was asked first; another one may have answered.
    private static bool AllowsProvider(Turn turn, string name) =>
        turn.Provider.Length == 0 || turn.Active.Agent.ToolsFor($"{turn.Provider}/{turn.Model}").Allows(name);
}
