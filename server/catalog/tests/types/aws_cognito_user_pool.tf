resource "aws_cognito_user_pool" "people" {
  name = "people"
  lambda_config {
    pre_sign_up = aws_lambda_function.check.arn
    custom_email_sender {
      lambda_arn     = aws_lambda_function.mail.arn
      lambda_version = "V1_0"
    }
  }
}

resource "aws_lambda_function" "check" {
  function_name = "check"
}

resource "aws_lambda_function" "mail" {
  function_name = "mail"
}

resource "aws_kinesis_firehose_delivery_stream" "events" {
  name        = "events"
  destination = "extended_s3"
  extended_s3_configuration {
    bucket_arn = "arn:aws:s3:::events"
    role_arn   = "r"
    processing_configuration {
      enabled = true
      processors {
        type = "Lambda"
        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = "${aws_lambda_function.check.arn}:$LATEST"
        }
      }
    }
  }
}

# => aws_cognito_user_pool.people identity 1/1 region
# => aws_kinesis_firehose_delivery_stream.events queue 1/1 region
# => aws_lambda_function.check serverless 1/1 region
# => aws_lambda_function.mail serverless 1/1 region
# => aws_cognito_user_pool.people -requires/certain-> aws_lambda_function.check
# =>     aws_cognito_user_pool.people calls aws_lambda_function.check when users sign in
# => aws_cognito_user_pool.people -requires/certain-> aws_lambda_function.mail
# =>     aws_cognito_user_pool.people calls aws_lambda_function.mail when users sign in
# => aws_kinesis_firehose_delivery_stream.events -requires/certain-> aws_lambda_function.check
# =>     aws_kinesis_firehose_delivery_stream.events changes its records with aws_lambda_function.check
