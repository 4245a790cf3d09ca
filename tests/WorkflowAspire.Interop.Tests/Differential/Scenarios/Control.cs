namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> Control => new()
    {
        ["retry a failed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.RetryAsync(id);
        },
        ["retry a failed job and complete it"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.RetryAsync(id);
            await queue.ProcessAsync("echo");
        },
        ["pause"] = queue => queue.PauseAsync(),
        ["pause with waiting jobs"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2");
            await queue.PauseAsync();
        },
        ["add to a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.AddAsync("1");
            await queue.AddAsync("2", new JobOptions { Priority = 1 });
            await queue.AddAsync("3", Later);
        },
        ["resume"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.ResumeAsync();
        },
        ["resume with waiting jobs"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.ResumeAsync();
        },
        ["resume with a delayed job"] = async queue =>
        {
            await queue.AddAsync("1", Later);
            await queue.PauseAsync();
            await queue.ResumeAsync();
        },
        ["remove a waiting job"] = async queue => await queue.RemoveAsync(await queue.AddAsync("1")),
        ["remove a delayed job"] = async queue => await queue.RemoveAsync(await queue.AddAsync("1", Later)),
        ["remove a completed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("echo");
            await queue.RemoveAsync(id);
        },
        ["remove a job of a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.RemoveAsync(await queue.AddAsync("1"));
        },
    };
}
