using System.Buffers;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Questions;

public sealed class AskUserToolTests
{
    private const string Color =
        """{"questions":[{"id":"color","header":" Favourite color ","question":"Which?","options":[{"label":"Red (Recommended)"},{"label":"Blue","description":" as the sky "}]}]}""";

    private readonly ManualTimeProvider time = new();
    private readonly QuestionBoard board;
    private readonly AskUserTool tool;
    private bool connected = true;

    public AskUserToolTests()
    {
        board = new QuestionBoard(time) { HasPeople = () => connected };
        tool = new AskUserTool(board, _ => "run-1");
    }

    [Fact]
    public async Task The_answer_is_the_result()
    {
        Task<ToolResult> call = Call(Color);
        Question asked = Assert.Single(board.Pending);
        Assert.Equal(("agent:main:main", "main", "run-1"), (asked.SessionKey, asked.AgentId, asked.RunId));
        Assert.Equal(
            """[{"questionId":"color","header":"Favourite co","question":"Which?","options":[{"label":"Red (Recommended)"},{"label":"Blue","description":"as the sky"}],"isOther":true}]""",
            asked.Questions.GetRawText());
        Assert.Equal(900_000, asked.ExpiresAtMs - asked.CreatedAtMs);
        Assert.False(call.IsCompleted);

        Assert.Equal(QuestionAnswer.Applied, board.Answer(asked.Id, Json("""{"color":["a shade of green"]}"""), null, null, out _));

        ToolResult result = await Guard.Within(call);
        Assert.StartsWith("Favourite co: a shade of green\n\n{", result.Text, StringComparison.Ordinal);
        Assert.Equal("""{"status":"answered","answers":{"answers":{"color":["a shade of green"]}}}""", Compact(result.Details!.Value));
        Assert.False(result.IsError);
    }

    [Fact]
    public async Task Several_answers_are_named_together()
    {
        Task<ToolResult> call = Call(
            """{"questions":[{"id":"a","header":"A","question":"?","options":[{"label":"x"},{"label":"y"}],"multiSelect":true},{"id":"b","header":"B","question":"?","options":[{"label":"1"},{"label":"2"}]}]}""");
        board.Answer(Assert.Single(board.Pending).Id, Json("""{"a":["x","y"],"b":["2"]}"""), null, null, out _);

        Assert.StartsWith("A: x, y\nB: 2\n", (await Guard.Within(call)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 30)]
    [InlineData(60, 60)]
    [InlineData(100_000, 3600)]
    public async Task It_waits_so_long_and_no_longer(int wished, int waits)
    {
        Task<ToolResult> call = Call(Color[..^1] + $",\"timeoutSeconds\":{wished}}}");
        Question asked = Assert.Single(board.Pending);
        Assert.Equal(waits * 1000, asked.ExpiresAtMs - asked.CreatedAtMs);

        time.Advance(TimeSpan.FromSeconds(waits));

        ToolResult result = await Guard.Within(call);
        Assert.StartsWith("No answer arrived; proceed with best judgment.", result.Text, StringComparison.Ordinal);
        Assert.Equal("""{"status":"no_answer"}""", Compact(result.Details!.Value));
    }

    [Fact]
    public async Task Who_skips_it_lets_the_agent_go_on()
    {
        Task<ToolResult> call = Call(Color);
        board.Cancel(Assert.Single(board.Pending).Id, null);

        Assert.StartsWith("The question was cancelled; proceed with best judgment.", (await Guard.Within(call)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_can_answer_it_says_so_at_once()
    {
        connected = false;

        ToolResult result = await Guard.Within(Call(Color));

        Assert.StartsWith("Nobody is connected who could answer; proceed with best judgment.", result.Text, StringComparison.Ordinal);
        Assert.Contains("\"no_answer\"", result.Text, StringComparison.Ordinal);
        Assert.Empty(board.Pending);
    }

    [Fact]
    public async Task A_session_has_one_question_at_a_time()
    {
        Task<ToolResult> first = Call(Color);
        ToolResult second = await Guard.Within(Call(Color));
        Task<ToolResult> elsewhere = Call(Color, "kitchen");

        Assert.True(second.IsError);
        Assert.StartsWith("a question is already pending for this session", second.Text, StringComparison.Ordinal);
        Assert.Equal(2, board.Pending.Count);
        Assert.False(first.IsCompleted || elsewhere.IsCompleted);
    }

    [Fact]
    public async Task A_run_that_is_stopped_takes_its_question_back()
    {
        using CancellationTokenSource stop = new();
        Task<ToolResult> call = Call(Color, cancellationToken: stop.Token);
        Question asked = Assert.Single(board.Pending);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(call));
        Assert.Equal("cancelled", asked.Status);
    }

    [Theory]
    [InlineData("""{"questions":[{"id":"Not Snake","header":"A","question":"?","options":[{"label":"x"},{"label":"y"}]}]}""", "questionId")]
    [InlineData("""{"questions":[{"id":"a","header":"A","question":"?","options":[{"label":"x"},{"label":"X "}]}]}""", "duplicate option label")]
    [InlineData("""{"questions":[{"id":"a","header":"A","question":"?","options":[{"label":"x"}]}]}""", "2 to 4 options")]
    [InlineData("""{"questions":[{"id":"a","header":"A","question":"?","options":[{"label":" "},{"label":"y"}]}]}""", "label")]
    public async Task Questions_that_cannot_be_shown_are_refused(string arguments, string says)
    {
        ToolResult result = await Guard.Within(Call(arguments));

        Assert.True(result.IsError);
        Assert.Contains(says, result.Text, StringComparison.Ordinal);
        Assert.Empty(board.Pending);
    }

    [Theory]
    [InlineData("main", true)]
    [InlineData("dashboard:x", true)]
    [InlineData("cron:nightly", false)]
    [InlineData("subagent:x", false)]
    public void It_is_offered_where_a_person_reads_along(string session, bool offered)
    {
        Assert.Equal(offered, tool.IsOffered(Key(session)));
        connected = false;
        Assert.False(tool.IsOffered(Key(session)));
        Assert.Equal("ask Favourite", tool.Title(Json("""{"questions":[{"header":"Favourite"}]}""")));
        Assert.Equal("ask", tool.Title(Json("""{"questions":7}""")));
    }

    private Task<ToolResult> Call(string arguments, string session = "main", CancellationToken cancellationToken = default) =>
        tool.InvokeAsync(new ToolCallContext { SessionKey = Key(session), Workspace = "/" }, Json(arguments), cancellationToken).AsTask();

    private static SessionKey Key(string text) =>
        SessionKey.TryParse(text, "main", out SessionKey key) ? key : throw new ArgumentException(text);

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static string Compact(JsonElement json)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            json.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
