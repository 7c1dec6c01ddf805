using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <content>Answers without words: the model is asked again, once when it said nothing and twice when it only thought, as in the
/// original. After tools it is asked without them, so that nothing is done twice.</content>
internal sealed partial class AgentLoop
{
    private const int MostAfterSilence = 1;
    private const int MostAfterThoughts = 2;

    // False: the prompt was amended, and the model is to be called once more.
    private async Task<bool> IsAnsweredAsync(Turn turn, TurnPrompt prompt, ModelFinish finish)
    {
        if (turn.Silent || finish.StopReason != "stop" || turn.HasWords)
        {
            return true;
        }

        bool thought = turn.Publisher.MessageThinking.Length > 0;
        int most = thought ? MostAfterThoughts : MostAfterSilence;
        // Ollama counts no token where the model was loaded and nothing asked of it: the next call would bring the same.
        if (turn.AskedAgain >= most || (!thought && finish.Api == "ollama" && finish.Usage.Output == 0))
        {
            string often = turn.AskedAgain > 0 ? ", asked again as well" : "";
            throw new ProviderException(
                ProviderFailure.Malformed,
                thought
                    ? $"{turn.Provider}/{turn.Model} thought and gave no answer{often}; ask again, think less (/think low), or choose another model: openclaw models list"
                    : $"{turn.Provider}/{turn.Model} gave an empty answer{often}; ask again, or choose another model: openclaw models list");
        }

        turn.AskedAgain++;
        Log.AskedAgain(_logger, turn.Active.Run.Id, $"{turn.Provider}/{turn.Model}", turn.AskedAgain, most);
        await _end.AppendAsync(turn, TurnRows.WithoutWords(turn, Now));
        turn.Publisher.Finishing("stop", null);
        turn.Publisher.Phase("preparing_context");
        turn.Publisher.BeginMessage();
        turn.Publisher.Started(again: true);
        turn.Publisher.Phase("starting_model");
        turn.TalksAgain();
        prompt.Urge(thought
            ? "[You thought about this and gave no answer. Give the answer now, in words that the user can see.]"
            : "[Your last answer was empty. Go on from here and give the answer now, in words that the user can see.]");
        return false;
    }
}
