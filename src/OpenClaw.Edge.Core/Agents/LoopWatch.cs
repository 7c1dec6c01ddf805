using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Sees calls of one turn that bring nothing new: the same call with the same result, alone or in turns with others, and
/// calls of tools that do not exist. Used by one loop only. Source: docs/tools.md, loops.</summary>
internal sealed class LoopWatch(LoopDetectionConfig rules)
{
    private const int MaxRefusals = 2; // one is a hint, two are a loop
    private const int MaxUnknown = 3;
    private const int PollPatience = 4; // a command that runs says the same for a while

    private static readonly string[] s_writing = ["write", "edit", "apply_patch", "exec", "sessions_send", "message"];

    private readonly List<(string Call, string Result)> _past = [];
    private int _refusals;
    private int _unknown;

    /// <summary>Whether the turn should end without further calls.</summary>
    public bool IsStuck => rules.Enabled && (_refusals >= MaxRefusals || _unknown >= MaxUnknown);

    /// <summary>Why a call is not run; null when it may.</summary>
    public ToolResult? Refusal(string tool, JsonElement arguments)
    {
        int same = rules.Enabled ? Same(KeyOf(tool, arguments), null) : 0;
        if (same < Math.Max(2, rules.CriticalThreshold - 1) * (tool == "process" ? PollPatience : 1))
        {
            return null;
        }

        _refusals++;
        return ToolResult.Error(
            $"this is the same {tool} call for the {same + 1}th time with the same result, so it was not run; use the earlier result, try "
            + "something else, or answer the person");
    }

    /// <summary>Counts a call of a tool that does not exist.</summary>
    public void Unknown() => _unknown++;

    /// <summary>Remembers what a call brought; a result seen before gets a note for the model.</summary>
    public ToolResult Note(string tool, JsonElement arguments, ToolResult result)
    {
        if (!rules.Enabled)
        {
            return result;
        }

        string key = KeyOf(tool, arguments);
        if (!result.IsError && s_writing.Contains(tool) && !_past.Exists(past => past.Call == key))
        {
            _past.Clear(); // something new was done: what failed before may succeed now
        }

        int same = Same(key, result.Text) + 1;
        _past.Add((key, result.Text));
        if (_past.Count > rules.HistorySize)
        {
            _past.RemoveAt(0);
        }

        return same >= rules.WarningThreshold && tool != "process"
            ? result with { Text = $"{result.Text}\n[The same call brought the same result {same} times. Do not repeat it.]" }
            : result;
    }

    // Equal calls since the result last changed; with a result given, only those that brought that one.
    private int Same(string key, string? result)
    {
        int count = 0;
        for (int i = _past.Count - 1; i >= 0; i--)
        {
            if (_past[i].Call == key)
            {
                result ??= _past[i].Result;
                if (_past[i].Result != result)
                {
                    break;
                }

                count++;
            }
        }

        return count;
    }

    private static string KeyOf(string tool, JsonElement arguments) => $"{tool}\n{arguments.GetRawText()}";
}
