using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Questions;

public sealed class QuestionBoardTests
{
    private const string Color =
        """[{"questionId":"color","header":"Color","question":"Which?","options":[{"label":"Red"},{"label":"Blue","description":"as the sky"}]}]""";

    private readonly ManualTimeProvider time = new();
    private readonly QuestionBoard board;
    private readonly List<string> told = [];

    public QuestionBoardTests() => board = new QuestionBoard(time)
    {
        Requested = question => told.Add($"asked {question.Id}"),
        Resolved = question => told.Add($"{question.Status} {question.Id}"),
    };

    [Fact]
    public void A_question_waits_until_it_is_answered()
    {
        Question question = Ask("q1")!;
        Assert.Equal("pending", question.Status);
        Assert.Same(question, Assert.Single(board.Pending));
        Assert.Equal(question.CreatedAtMs + 900_000, question.ExpiresAtMs);

        Assert.Equal(QuestionAnswer.Applied, board.Answer("q1", Json("""{"color":[" Red "]}"""), "Ann", "mine", out _));

        Assert.Equal(("answered", """{"answers":{"color":["Red"]}}""", "Ann", "mine"), (question.Status, question.Answers!.Value.GetRawText(), question.ResolvedBy, question.ResolutionId));
        Assert.True(question.Ended.IsCompleted);
        Assert.Empty(board.Pending);
        Assert.Equal(["asked q1", "answered q1"], told);
    }

    [Fact]
    public void Whoever_is_second_is_told_so()
    {
        Ask("q1");
        board.Cancel("q1", null);

        Assert.Equal(QuestionAnswer.AlreadyEnded, board.Answer("q1", Json("""{"color":["Red"]}"""), null, null, out _));
        Assert.Equal(QuestionAnswer.AlreadyEnded, board.Cancel("q1", null));
        Assert.Equal("cancelled", board.Find("q1")!.Status);
        Assert.Equal(["asked q1", "cancelled q1"], told);
    }

    [Fact]
    public async Task Silence_ends_a_question()
    {
        Question question = board.Ask(Json(Color), TimeSpan.FromSeconds(5), "q1", default)!;
        time.Advance(4_999);
        Assert.Equal("pending", question.Status);

        time.Advance(1);

        await Guard.Within(question.Ended);
        Assert.Equal("expired", question.Status);
        Assert.Null(question.Answers);
    }

    [Fact]
    public void What_has_ended_is_known_for_fifteen_seconds()
    {
        Ask("q1");
        board.Cancel("q1", null);
        time.Advance(15_000);
        Assert.NotNull(board.Find("q1"));
        Assert.Null(Ask("q1"));

        time.Advance(1);

        Assert.Null(board.Find("q1"));
        Assert.Equal(QuestionAnswer.NotFound, board.Cancel("q1", null));
        Assert.NotNull(Ask("q1"));
    }

    [Fact]
    public void Only_so_many_wait_at_once()
    {
        for (int i = 0; i < QuestionBoard.MaxPending; i++)
        {
            Assert.NotNull(Ask($"q{i}"));
        }

        Assert.Null(Ask("one too many"));
        board.Cancel("q0", null);
        Assert.NotNull(Ask("now"));
    }

    [Fact]
    public void Those_that_ended_do_not_pile_up()
    {
        for (int i = 0; i < 2000; i++)
        {
            Ask($"q{i}");
            board.Cancel($"q{i}", null);
        }

        Assert.Null(board.Find("q1000"));
        Assert.NotNull(board.Find("q1999"));
    }

    [Theory]
    [InlineData("""{"size":["L"],"color":["Red"]}""", "question 'size' is not part of this request")]
    [InlineData("{}", "question 'color' requires an answer")]
    [InlineData("""{"color":[]}""", "question 'color' requires an answer")]
    [InlineData("""{"color":["Red","Blue"]}""", "question 'color' does not allow multiple answers")]
    [InlineData("""{"color":["  "]}""", "question 'color' contains an empty answer")]
    [InlineData("""{"color":["Green"]}""", "question 'color' contains an unknown option")]
    public void An_answer_that_does_not_fit_changes_nothing(string answers, string expected)
    {
        Question question = Ask("q1")!;

        Assert.Equal(QuestionAnswer.Unfit, board.Answer("q1", Json(answers), null, null, out string? problem));

        Assert.Equal((expected, "pending"), (problem, question.Status));
    }

    [Theory]
    [InlineData(""","multiSelect":true""", """{"color":["Blue","Red"]}""", """["Blue","Red"]""")]
    [InlineData(""","isOther":true""", """{"color":[" Green "]}""", """["Green"]""")]
    public void More_than_the_options_may_be_allowed(string member, string answers, string expected)
    {
        board.Ask(Json(Color.Replace("}]}]", "}]" + member + "}]", StringComparison.Ordinal)), null, "q1", default);

        Assert.Equal(QuestionAnswer.Applied, board.Answer("q1", Json(answers), null, null, out string? problem));

        Assert.Null(problem);
        Assert.Equal(expected, board.Find("q1")!.Answers!.Value.GetProperty("answers").GetProperty("color").GetRawText());
    }

    [Theory]
    [InlineData("{}", "at /questions: must be array")]
    [InlineData("[]", "at /questions: must not have fewer than 1 items")]
    [InlineData("[1,2,3,4]", "at /questions: must not have more than 3 items")]
    [InlineData("[1]", "at /questions/0: must be object")]
    [InlineData("""[{"header":"h","question":"q","options":[]}]""", "at /questions/0: must have required property 'questionId'")]
    [InlineData("""[{"questionId":"a","header":"longer than 12","question":"q","options":[]}]""", "at /questions/0/header: must not have more than 12 characters")]
    [InlineData("""[{"questionId":"A","header":"h","question":"q","options":[]}]""", "at /questions/0/questionId: must match pattern \"^[a-z][a-z0-9_]*$\"")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[],"x":1}]""", "at /questions/0: unexpected property 'x'")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[{"label":""}]}]""", "at /questions/0/options/0/label: must not have fewer than 1 characters")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[{},{},{},{},{}]}]""", "at /questions/0/options: must not have more than 4 items")]
    public void A_wrong_shape_is_named(string questions, string expected) => Assert.Equal(expected, QuestionRules.CheckShape(Json(questions)));

    [Theory]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[]},{"questionId":"a","header":"h","question":"q","options":[]}]""", "duplicate question id 'a'")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[{"label":"x"}]}]""", "question 'a' must have either no options or 2 to 4 options")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[{"label":"x"},{"label":"X "}]}]""", "question 'a' has duplicate option label 'X '")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[],"isSecret":true}]""", "question 'a': secret questions are not supported yet")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[],"url":"ftp://x"}]""", "question 'a' requires an absolute HTTP(S) URL without credentials")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[],"url":"https://u:p@x/"}]""", "question 'a' requires an absolute HTTP(S) URL without credentials")]
    [InlineData("""[{"questionId":"a","header":"h","question":"q","options":[],"url":"https://x/y"}]""", null)]
    public void Questions_that_make_no_sense_are_named(string questions, string? expected)
    {
        Assert.Null(QuestionRules.CheckShape(Json(questions)));
        Assert.Equal(expected, QuestionRules.Check(Json(questions)));
    }

    private Question? Ask(string id) => board.Ask(Json(Color), null, id, default);

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
