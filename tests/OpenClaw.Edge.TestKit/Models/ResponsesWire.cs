using System.Buffers;
using System.Text;
using static OpenClaw.Edge.TestKit.Models.WireText;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>OpenAI's <c>/v1/responses</c>. Source: platform.openai.com/docs/api-reference/responses-streaming.</summary>
internal sealed class ResponsesWire(string model, string id) : ModelWire(model)
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder thinking = new();
    private readonly List<string> done = [];
    private readonly string message = $"msg_{id}";
    private readonly string reasoning = $"rs_{id}";
    private int sequence;
    private bool textOpen;
    private bool thinkingOpen;

    public override string ContentType => "text/event-stream; charset=utf-8";

    public override void Open(ArrayBufferWriter<byte> to, int promptTokens)
    {
        Event(to, "response.created", $$"""{"response":{{Response("in_progress", [], null)}}}""");
        Event(to, "response.in_progress", $$"""{"response":{{Response("in_progress", [], null)}}}""");
    }

    public override void Text(ArrayBufferWriter<byte> to, string json)
    {
        if (!textOpen)
        {
            EndThinking(to);
            textOpen = true;
            Event(to, "response.output_item.added", $$$"""{"output_index":{{{done.Count}}},"item":{"id":"{{{message}}}","type":"message","status":"in_progress","role":"assistant","content":[]}}""");
            Event(to, "response.content_part.added", $$"""{"item_id":"{{message}}","output_index":{{done.Count}},"content_index":0,"part":{{Part("")}}}""");
        }

        text.Append(json);
        Event(to, "response.output_text.delta", $$"""{"item_id":"{{message}}","output_index":{{done.Count}},"content_index":0,"delta":"{{json}}","logprobs":[]}""");
    }

    public override void Thinking(ArrayBufferWriter<byte> to, string json)
    {
        if (!thinkingOpen)
        {
            thinkingOpen = true;
            Event(to, "response.output_item.added", $$$"""{"output_index":{{{done.Count}}},"item":{"id":"{{{reasoning}}}","type":"reasoning","summary":[]}}""");
            Event(to, "response.reasoning_summary_part.added", $$$"""{"item_id":"{{{reasoning}}}","output_index":{{{done.Count}}},"summary_index":0,"part":{"type":"summary_text","text":""}}""");
        }

        thinking.Append(json);
        Event(to, "response.reasoning_summary_text.delta", $$"""{"item_id":"{{reasoning}}","output_index":{{done.Count}},"summary_index":0,"delta":"{{json}}"}""");
    }

    public override void ToolCalls(ArrayBufferWriter<byte> to, IReadOnlyList<ScriptedToolCall> calls)
    {
        EndThinking(to);
        EndText(to);
        foreach (ScriptedToolCall call in calls)
        {
            string item = $"fc_{call.Id}";
            int middle = call.ArgumentsJson.Length / 2;
            Event(to, "response.output_item.added", $$"""{"output_index":{{done.Count}},"item":{{Call(call, "in_progress", "")}}}""");
            foreach (string part in (string[])[call.ArgumentsJson[..middle], call.ArgumentsJson[middle..]])
            {
                Event(to, "response.function_call_arguments.delta", $$"""{"item_id":"{{item}}","output_index":{{done.Count}},"delta":{{Quote(part)}}}""");
            }

            Event(to, "response.function_call_arguments.done", $$"""{"item_id":"{{item}}","output_index":{{done.Count}},"arguments":{{Quote(call.ArgumentsJson)}}}""");
            EndItem(to, Call(call, "completed", call.ArgumentsJson));
        }
    }

    public override void Close(ArrayBufferWriter<byte> to, AnswerTotals totals)
    {
        EndThinking(to);
        EndText(to);
        bool cut = totals.Finish == "length";
        Event(to, cut ? "response.incomplete" : "response.completed", $$"""{"response":{{Response(cut ? "incomplete" : "completed", done, totals)}}}""");
    }

    public override void Error(ArrayBufferWriter<byte> to, string message) =>
        Event(to, "error", $$"""{"code":"server_error","message":{{Quote(message)}},"param":null}""");

    public override void Garbage(ArrayBufferWriter<byte> to) =>
        to.Put("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"oops\n\n");

    public override string Whole(AnswerTotals totals)
    {
        List<string> output = [];
        if (totals.Thinking.Length > 0)
        {
            output.Add($$"""{"id":"{{reasoning}}","type":"reasoning","summary":[{"type":"summary_text","text":{{Quote(totals.Thinking)}}}]}""");
        }

        if (totals.Text.Length > 0)
        {
            output.Add(Message(Escape(totals.Text)));
        }

        output.AddRange(totals.ToolCalls.Select(call => Call(call, "completed", call.ArgumentsJson)));
        return Response("completed", output, totals);
    }

    private static string Part(string json) => $$"""{"type":"output_text","text":"{{json}}","annotations":[],"logprobs":[]}""";

    private static string Call(ScriptedToolCall call, string status, string arguments) =>
        $$"""{"id":"fc_{{call.Id}}","type":"function_call","status":"{{status}}","call_id":{{Quote(call.Id)}},"name":{{Quote(call.Name)}},"arguments":{{Quote(arguments)}}}""";

    private string Message(string json) => $$"""{"id":"{{message}}","type":"message","status":"completed","role":"assistant","content":[{{Part(json)}}]}""";

    private void EndThinking(ArrayBufferWriter<byte> to)
    {
        if (!thinkingOpen)
        {
            return;
        }

        thinkingOpen = false;
        Event(to, "response.reasoning_summary_text.done", $$"""{"item_id":"{{reasoning}}","output_index":{{done.Count}},"summary_index":0,"text":"{{thinking}}"}""");
        EndItem(to, $$"""{"id":"{{reasoning}}","type":"reasoning","summary":[{"type":"summary_text","text":"{{thinking}}"}]}""");
    }

    private void EndText(ArrayBufferWriter<byte> to)
    {
        if (!textOpen)
        {
            return;
        }

        textOpen = false;
        Event(to, "response.output_text.done", $$"""{"item_id":"{{message}}","output_index":{{done.Count}},"content_index":0,"text":"{{text}}","logprobs":[]}""");
        Event(to, "response.content_part.done", $$"""{"item_id":"{{message}}","output_index":{{done.Count}},"content_index":0,"part":{{Part(text.ToString())}}}""");
        EndItem(to, Message(text.ToString()));
    }

    private void EndItem(ArrayBufferWriter<byte> to, string item)
    {
        Event(to, "response.output_item.done", $$"""{"output_index":{{done.Count}},"item":{{item}}}""");
        done.Add(item);
    }

    private void Event(ArrayBufferWriter<byte> to, string type, string members) =>
        to.Put($$"""
        event: {{type}}
        data: {"type":"{{type}}","sequence_number":{{sequence++}},{{members[1..]}}
        """ + "\n\n");

    private string Response(string status, IReadOnlyList<string> output, AnswerTotals? totals)
    {
        string incomplete = status == "incomplete" ? """{"reason":"max_output_tokens"}""" : "null";
        string usage = totals is null
            ? "null"
            : $$$"""{"input_tokens":{{{totals.PromptTokens}}},"input_tokens_details":{"cached_tokens":0},"output_tokens":{{{totals.CompletionTokens}}},"output_tokens_details":{"reasoning_tokens":0},"total_tokens":{{{totals.PromptTokens + totals.CompletionTokens}}}}""";
        return $$$"""{"id":"resp_{{{id}}}","object":"response","created_at":1767225600,"status":"{{{status}}}","error":null,"incomplete_details":{{{incomplete}}},"instructions":null,"max_output_tokens":null,"model":{{{Quote(Model)}}},"output":[{{{string.Join(',', output)}}}],"parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,"summary":null},"store":false,"temperature":1.0,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":{{{usage}}},"user":null,"metadata":{}}""";
    }
}
