using OpenClaw.Edge.Protocol.OpenAi;
using OpenClaw.Edge.Protocol.Sse;
using OpenClaw.Edge.Protocol.Tests.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.OpenAi;

public sealed class ResponsesEventReaderTests
{
    [Fact]
    public void Text_reasoning_calls_and_usage_add_up_once()
    {
        AnswerDraft draft = Drafts.Read(
            ResponsesEventReader.TryRead,
            """{"type":"response.created","response":{"id":"r1","object":"response","status":"in_progress","output":[]}}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"hm"}""",
            """{"type":"response.output_text.delta","output_index":1,"delta":"Hel"}""",
            """{"delta":"lo","output_index":1,"type":"response.output_text.delta"}""",
            """{"type":"response.output_item.added","output_index":2,"item":{"id":"f1","type":"function_call","call_id":"a","name":"read","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"path\":"}""",
            """{"type":"response.function_call_arguments.delta","output_index":2,"delta":"\"x\"}"}""",
            """{"type":"response.output_item.done","output_index":2,"item":{"id":"f1","type":"function_call","call_id":"a","name":"read","arguments":"{\"path\":\"x\"}"}}""",
            """{"type":"response.completed","response":{"id":"r1","object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":9,"output_tokens":4,"input_tokens_details":{"cached_tokens":3}}}}""");

        Assert.Equal(("Hello", "hm", """a:read({"path":"x"})"""), (draft.Text(), draft.Thinking(), draft.Calls()));
        Assert.Equal((true, "completed", "r1", 9L, 4L, 3L), (draft.Done, draft.FinishReason, draft.ResponseId, draft.PromptTokens, draft.OutputTokens, draft.CacheReadTokens));
    }

    [Fact]
    public void An_incomplete_response_says_why() =>
        Assert.Equal("max_output_tokens", Drafts.Read(ResponsesEventReader.TryRead, """{"type":"response.incomplete","response":{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}""").FinishReason);

    [Theory]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"boom"}}}""")]
    [InlineData("""{"type":"error","error":{"message":"boom"}}""")]
    [InlineData("""{"type":"error","code":"x","message":"boom"}""")]
    public void A_failure_is_told(string data) => Assert.Equal("boom", Drafts.Read(ResponsesEventReader.TryRead, data).Error);

    [Fact]
    public void A_whole_response_reads_like_a_stream()
    {
        AnswerDraft draft = Drafts.Read(
            ResponsesEventReader.TryRead,
            """{"id":"r","object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"all"}]},{"type":"function_call","call_id":"a","name":"ls","arguments":"{}"}],"error":null}""");
        Assert.Equal(("all", "a:ls({})", true), (draft.Text(), draft.Calls(), draft.Done));
    }

    [Fact]
    public void Events_it_does_not_know_are_passed_by() =>
        Assert.Equal("", Drafts.Read(ResponsesEventReader.TryRead, """{"type":"response.new_thing","delta":"x","item":{"type":"z"}}""").Text());
}
