namespace OpenClaw.Edge.Agents;

/// <summary>The user's message could not be stored, so the run must not be seen. The one who asked gets the cause.</summary>
internal sealed class InputNotStoredException : Exception;
