var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
if (builder.Configuration["Failing"] is "true") throw new InvalidOperationException("this service fails on purpose");

var app = builder.Build();
app.MapGet("/health", () => "well");
app.MapGet("/environment/{name}", (string name) => Environment.GetEnvironmentVariable(name));
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("the service is up"));
app.Run();
