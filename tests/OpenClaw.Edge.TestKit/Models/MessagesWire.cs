using System.Buffers;
using static OpenClaw.Edge.TestKit.Models.WireText;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>Anthropic's <c>/v1/messages</c>. Source: docs.anthropic.com, "Streaming messages".</summary>
internal sealed class MessagesWire(string model, string id) : ModelWire(model)
{
    private int block = -1;
    private string open = "";

    public override string ContentType => "text/event-stream; charset=utf-8";

    public override void Open(ArrayBufferWriter<byte> to, int promptTokens)
    {
        Event(to, "message_start", $$$$"""{"message":{"id":"{{{{id}}}}","type":"message","role":"assistant","model":{{{{Quote(Model)}}}},"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":{{{{promptTokens}}}},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}""");
        to.Put("event: ping\ndata: {\"type\": \"ping\"}\n\n");
    }

    public override void Text(ArrayBufferWriter<byte> to, string json)
    {
        Begin(to, "text", """{"type":"text","text":""}""");
        Delta(to, $$"""{"type":"text_delta","text":"{{json}}"}""");
    }

    public override void Thinking(ArrayBufferWriter<byte> to, string json)
    {
        Begin(to, "thinking", """{"type":"thinking","thinking":"","signature":""}""");
        Delta(to, $$"""{"type":"thinking_delta","thinking":"{{json}}"}""");
    }

    public override void ToolCalls(ArrayBufferWriter<byte> to, IReadOnlyList<ScriptedToolCall> calls)
    {
        foreach (ScriptedToolCall call in calls)
        {
            Begin(to, $"tool {call.Id}", $$$"""{"type":"tool_use","id":{{{Quote(call.Id)}}},"name":{{{Quote(call.Name)}}},"input":{}}""");
            int middle = call.ArgumentsJson.Length / 2;
            foreach (string part in (string[])["", call.ArgumentsJson[..middle], call.ArgumentsJson[middle..]])
            {
                Delta(to, $$"""{"type":"input_json_delta","partial_json":{{Quote(part)}}}""");
            }
        }
    }

    public override void Close(ArrayBufferWriter<byte> to, AnswerTotals totals)
    {
        End(to);
        Event(to, "message_delta", $$$"""{"delta":{"stop_reason":"{{{Reason(totals)}}}","stop_sequence":null},"usage":{"output_tokens":{{{totals.CompletionTokens}}}}}""");
        to.Put("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    public override void Error(ArrayBufferWriter<byte> to, string message) =>
        Event(to, "error", $$$"""{"error":{"type":"overloaded_error","message":{{{Quote(message)}}}}}""");

    public override void Garbage(ArrayBufferWriter<byte> to) => to.Put("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"oops\n\n");

    public override string Whole(AnswerTotals totals)
    {
        List<string> content = [];
        if (totals.Thinking.Length > 0)
        {
            content.Add($$"""{"type":"thinking","thinking":{{Quote(totals.Thinking)}},"signature":"c2ln"}""");
        }

        if (totals.Text.Length > 0)
        {
            content.Add($$"""{"type":"text","text":{{Quote(totals.Text)}}}""");
        }

        content.AddRange(totals.ToolCalls.Select(call =>
            $$"""{"type":"tool_use","id":{{Quote(call.Id)}},"name":{{Quote(call.Name)}},"input":{{call.ArgumentsJson}}}"""));
        return $$$"""{"id":"{{{id}}}","type":"message","role":"assistant","model":{{{Quote(Model)}}},"content":[{{{string.Join(',', content)}}}],"stop_reason":"{{{Reason(totals)}}}","stop_sequence":null,"usage":{"input_tokens":{{{totals.PromptTokens}}},"output_tokens":{{{totals.CompletionTokens}}}}}""";
    }

    private static string Reason(AnswerTotals totals) => totals.Finish ?? (totals.ToolCalls.Count > 0 ? "tool_use" : "end_turn");

    private static void Event(ArrayBufferWriter<byte> to, string type, string members) =>
        to.Put($$"""
        event: {{type}}
        data: {"type":"{{type}}",{{members[1..]}}
        """ + "\n\n");

    private void Begin(ArrayBufferWriter<byte> to, string kind, string contentBlock)
    {
        if (open == kind)
        {
            return;
        }

        End(to);
        open = kind;
        block++;
        Event(to, "content_block_start", $$"""{"index":{{block}},"content_block":{{contentBlock}}}""");
    }

    private void Delta(ArrayBufferWriter<byte> to, string delta) => Event(to, "content_block_delta", $$"""{"index":{{block}},"delta":{{delta}}}""");

    private void End(ArrayBufferWriter<byte> to)
    {
        if (open == "thinking")
        {
            Delta(to, """{"type":"signature_delta","signature":"c2ln"}""");
        }

        if (open.Length > 0)
        {
            Event(to, "content_block_stop", $$"""{"index":{{block}}}""");
        }

        open = "";
    }
}
