using OpenClaw.Edge.Protocol.Anthropic;
using OpenClaw.Edge.Protocol.Sse;
using OpenClaw.Edge.Protocol.Tests.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Anthropic;

public sealed class MessageEventReaderTests
{
    [Fact]
    public void Blocks_calls_and_usage_add_up()
    {
        AnswerDraft draft = Drafts.Read(
            MessageEventReader.TryRead,
            """{"type":"message_start","message":{"id":"msg_1","role":"assistant","usage":{"input_tokens":5,"cache_read_input_tokens":20,"cache_creation_input_tokens":3,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"zzz"}}""",
            """{"type":"ping"}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"read","input":{}}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"x\"}"}}""",
            """{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":17}}""",
            """{"type":"message_stop"}""");

        Assert.Equal(("Hello", "hm", """t1:read({"path":"x"})"""), (draft.Text(), draft.Thinking(), draft.Calls()));
        Assert.Equal((true, "tool_use", "msg_1"), (draft.Done, draft.FinishReason, draft.ResponseId));
        Assert.Equal((28L, 17L, 20L, 3L), (draft.PromptTokens, draft.OutputTokens, draft.CacheReadTokens, draft.CacheWriteTokens));
    }

    [Fact]
    public void An_error_is_told_with_its_type()
    {
        AnswerDraft draft = Drafts.Read(MessageEventReader.TryRead, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""");
        Assert.Equal(("Overloaded", "overloaded_error"), (draft.Error, draft.ErrorCode));
    }
}
