using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>A run as NDJSON: one object a line, <c>type</c> first. Source: docs/cli.md, streams.</summary>
internal static class RunLines
{
    public static void Write(Utf8JsonWriter writer, RunUpdate update)
    {
        writer.WriteStartObject();
        switch (update)
        {
            case RunPhase phase:
                writer.WriteString("type"u8, "status"u8);
                writer.WriteString("phase"u8, phase.Phase);
                Optional(writer, "note", phase.Note);
                if (phase.QueuePosition is { } position)
                {
                    writer.WriteNumber("queuePosition"u8, position);
                }

                break;
            case RunText text:
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("delta"u8, text.Delta);
                if (text.Replace)
                {
                    writer.WriteBoolean("replace"u8, true);
                }

                break;
            case RunThinking thinking:
                writer.WriteString("type"u8, "thinking"u8);
                writer.WriteString("delta"u8, thinking.Delta);
                break;
            case RunToolStart tool:
                writer.WriteString("type"u8, "tool"u8);
                writer.WriteString("phase"u8, "start"u8);
                writer.WriteString("toolCallId"u8, tool.CallId);
                writer.WriteString("name"u8, tool.Name);
                if (tool.Arguments.ValueKind != JsonValueKind.Undefined)
                {
                    writer.WritePropertyName("args"u8);
                    tool.Arguments.WriteTo(writer);
                }

                break;
            case RunToolEnd tool:
                writer.WriteString("type"u8, "tool"u8);
                writer.WriteString("phase"u8, "result"u8);
                writer.WriteString("toolCallId"u8, tool.CallId);
                writer.WriteString("name"u8, tool.Name);
                writer.WriteBoolean("isError"u8, tool.IsError);
                writer.WriteString("output"u8, tool.Output);
                break;
            case RunEnd end:
                writer.WriteString("type"u8, "final"u8);
                writer.WriteBoolean("ok"u8, end.Ending == RunEnding.Final);
                writer.WriteString("status"u8, end.Ending switch
                {
                    RunEnding.Final => "ok",
                    RunEnding.Aborted => "aborted",
                    _ => "error",
                });
                writer.WriteString("text"u8, end.Text);
                Optional(writer, "stopReason", end.StopReason);
                Optional(writer, "error", end.Error);
                break;
            default:
                break;
        }

        writer.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
