using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>What a turn has gathered so far. Used by one loop only.</summary>
internal sealed class Turn(ActiveRun active)
{
    private string? _shownProvider;
    private string? _shownModel;
    private int _saidBefore;

    /// <summary>The run.</summary>
    public ActiveRun Active { get; } = active;

    /// <summary>Where its events go.</summary>
    public RunPublisher Publisher => Active.Publisher;

    /// <summary>Provider that answers, as far as known.</summary>
    public string Provider { get; private set; } = "";

    /// <summary>Model that answers, as far as known.</summary>
    public string Model { get; private set; } = "";

    /// <summary>Its wire protocol.</summary>
    public string Api { get; set; } = "";

    /// <summary><c>provider/model</c> that was asked first; null before.</summary>
    public string? Requested { get; set; }

    /// <summary>Window of the model in tokens.</summary>
    public int Window { get; set; } = PromptBuilder.UnknownWindow;

    /// <summary>Tokens and messages of the prompt of the turn's first call, and what the answer was to take; null before it.</summary>
    public (int Prompt, int Reserve, int Messages)? Fill { get; set; }

    /// <summary>Called when the answer is stored and told, before its end is; null for nothing.</summary>
    public Action? Answered { get; set; }

    /// <summary>Tokens of all calls.</summary>
    public MessageUsage Usage { get; private set; } = new();

    /// <summary>Tokens of the last call.</summary>
    public MessageUsage LastUsage { get; private set; } = new();

    /// <summary>How often a model answered.</summary>
    public int ModelCalls { get; private set; }

    /// <summary>Time that models were at work for it, waiting in line not counted.</summary>
    public TimeSpan Worked { get; set; }

    /// <summary>Whether the call under way has shown text, after which it must not be repeated.</summary>
    public bool SawText { get; set; }

    /// <summary>How often the model was asked again because its answer had no words.</summary>
    public int AskedAgain { get; set; }

    /// <summary>Whether the answer was <c>NO_REPLY</c>.</summary>
    public bool Silent { get; set; }

    /// <summary>How many messages were answered before the one that is being answered: each further one came while the turn spoke its last
    /// words.</summary>
    public int Answers { get; private set; }

    /// <summary>Whether the message that is being answered has words for an answer, beside tools or after them.</summary>
    public bool HasWords => Publisher.IsFull || Publisher.ReadText().Length > _saidBefore;

    /// <summary>Gives the turn its whole time once more.</summary>
    public required Action Renew { get; init; }

    /// <summary>The answer that ended the turn.</summary>
    public ModelFinish? Finish { get; private set; }

    /// <summary>Calls to client tools that ended the turn.</summary>
    public IReadOnlyList<ToolCall> ClientCalls { get; set; } = [];

    /// <summary>Names of tools that ran without error, each once.</summary>
    public List<string> SuccessfulTools { get; } = [];

    /// <summary>Publishes which model the turn talks to, when that changed.</summary>
    public void TalksTo(string provider, string model)
    {
        (Provider, Model) = (provider, model);
        if (provider != _shownProvider || model != _shownModel)
        {
            (_shownProvider, _shownModel) = (provider, model);
            Publisher.Model(provider, model);
        }
    }

    /// <summary>Begins the answer to a message that joined at the last words: it has the time and the attempts of a turn of its own.</summary>
    public void GoesOn()
    {
        Answers++;
        AskedAgain = 0;
        _saidBefore = Publisher.ReadText().Length;
        Renew();
    }

    /// <summary>Publishes the model again, for the call that follows tools.</summary>
    public void TalksAgain()
    {
        if (_shownProvider is not null)
        {
            Publisher.Model(_shownProvider, _shownModel);
        }
    }

    /// <summary>Counts a call that ended.</summary>
    public void Count(ModelFinish finish)
    {
        Finish = finish;
        Api = finish.Api;
        if (finish.Provider.Length > 0)
        {
            TalksTo(finish.Provider, finish.Model);
        }

        MessageUsage one = finish.Usage;
        LastUsage = one;
        ModelCalls++;
        Usage = Usage.Plus(one);
        Publisher.Usage(Usage.Output);
    }
}
