using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>Questions to people that wait for an answer, each until it is answered or its time is up. Those that have ended are kept for a
/// short while, for whoever asks late. Thread-safe.</summary>
public sealed class QuestionBoard(TimeProvider time)
{
    /// <summary>How long a question waits unless it says otherwise.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(15);

    /// <summary>Most questions that wait at once.</summary>
    public const int MaxPending = 64;

    private const int MaxKept = 256;

    // As the original.
    private const long KeptMs = 15_000;

    private readonly Lock _gate = new();
    private readonly List<Question> _all = []; // oldest first

    /// <summary>Called when a question begins to wait.</summary>
    public Action<Question> Requested { get; set; } = static _ => { };

    /// <summary>Called when a question has ended.</summary>
    public Action<Question> Resolved { get; set; } = static _ => { };

    /// <summary>Whether somebody is connected who is shown questions and may answer them. Must not block.</summary>
    public Func<bool> HasPeople { get; set; } = static () => false;

    /// <summary>Questions that wait, oldest first.</summary>
    public IReadOnlyList<Question> Pending
    {
        get
        {
            lock (_gate)
            {
                return _all.FindAll(known => known.EndedAtMs == 0);
            }
        }
    }

    /// <summary>Finds a question that waits or ended a moment ago.</summary>
    public Question? Find(string id)
    {
        lock (_gate)
        {
            return Known(id);
        }
    }

    /// <summary>Puts questions to people.</summary>
    /// <param name="questions">The questions, which the caller has judged; kept as they are.</param>
    /// <param name="wait">How long they wait; null for <see cref="DefaultWait"/>, 24 days at most.</param>
    /// <param name="id">Their id; null makes one.</param>
    /// <param name="of">Who asks: agent, session, run; each may be null.</param>
    /// <returns>The question; null when the id is taken or <see cref="MaxPending"/> wait.</returns>
    public Question? Ask(JsonElement questions, TimeSpan? wait, string? id, (string? AgentId, string? SessionKey, string? RunId) of)
    {
        TimeSpan span = wait is { } wished ? TimeSpan.FromMilliseconds(Math.Min(wished.TotalMilliseconds, int.MaxValue)) : DefaultWait;
        long now = NowMs;
        Question question = new(id ?? Guid.NewGuid().ToString(), questions.Clone(), now, now + (long)span.TotalMilliseconds)
        {
            AgentId = of.AgentId,
            SessionKey = of.SessionKey,
            RunId = of.RunId,
        };
        lock (_gate)
        {
            _all.RemoveAll(known => known.EndedAtMs > 0 && known.EndedAtMs + KeptMs < now);
            if (Known(question.Id) is not null || _all.FindAll(known => known.EndedAtMs == 0).Count >= MaxPending)
            {
                return null;
            }

            if (_all.Count >= MaxKept)
            {
                _all.RemoveAt(_all.FindIndex(known => known.EndedAtMs > 0));
            }

            _all.Add(question);
        }

        Requested(question);
        _ = ExpireAsync(question, span);
        return question;
    }

    /// <summary>Takes somebody's answer.</summary>
    /// <param name="id">The question.</param>
    /// <param name="answers">An object of lists of texts, by the ids of the questions.</param>
    /// <param name="by">Who answers.</param>
    /// <param name="resolutionId">What they call their answer.</param>
    /// <param name="problem">What is wrong with the answers when they are <see cref="QuestionAnswer.Unfit"/>.</param>
    public QuestionAnswer Answer(string id, JsonElement answers, string? by, string? resolutionId, out string? problem)
    {
        problem = null;
        if (Find(id) is not { } question)
        {
            return QuestionAnswer.NotFound;
        }

        if (question.EndedAtMs > 0)
        {
            return QuestionAnswer.AlreadyEnded;
        }

        problem = QuestionRules.Read(question.Questions, answers, out JsonElement canonical);
        return problem is not null ? QuestionAnswer.Unfit
            : End(question, "answered", canonical, by, resolutionId) ? QuestionAnswer.Applied
            : QuestionAnswer.AlreadyEnded;
    }

    /// <summary>Takes a question back.</summary>
    public QuestionAnswer Cancel(string id, string? by) =>
        Find(id) is not { } question ? QuestionAnswer.NotFound
        : End(question, "cancelled", null, by, null) ? QuestionAnswer.Applied
        : QuestionAnswer.AlreadyEnded;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private Question? Known(string id)
    {
        long now = NowMs;
        return _all.Find(known => known.Id == id && (known.EndedAtMs == 0 || known.EndedAtMs + KeptMs >= now));
    }

    private async Task ExpireAsync(Question question, TimeSpan span)
    {
        try
        {
            await question.Ended.WaitAsync(span, time);
        }
        catch (TimeoutException)
        {
            End(question, "expired", null, null, null);
        }
    }

    private bool End(Question question, string status, JsonElement? answers, string? by, string? resolutionId)
    {
        lock (_gate)
        {
            if (question.EndedAtMs > 0)
            {
                return false;
            }

            question.End(status, answers, by, resolutionId, NowMs);
        }

        Resolved(question);
        return true;
    }
}
